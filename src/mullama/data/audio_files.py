"""A clip's name in a file of pairs -> the bytes of its audio file, from a zip file or a folder.

Does not decode.
"""

from pathlib import Path
from types import TracebackType
from typing import Self

from mullama.data.archive import MAX_MEMBER, Archive
from mullama.data.audio import places
from mullama.data.tally import NO_AUDIO
from mullama.errors import AudioError


class Sounds:
    """Where the audio of some files of pairs lies: in `audio`, a zip file or a folder, or beside them.

    Raises UsageError where `audio` is neither.
    """

    def __init__(self, audio: Path | None) -> None:
        self._archive = Archive(audio) if audio is not None and audio.is_file() else None
        self._folder = audio if self._archive is None else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._archive is not None:
            self._archive.close()

    def read(self, name: str, file: Path) -> bytes:
        """The audio of a clip that `file` names; raises AudioError where there is none to be had."""
        if self._archive is not None and name in self._archive:
            return self._archive.read(name)
        path = None if self._archive is not None else places(file, self._folder)(name)
        if path is None:
            raise AudioError(NO_AUDIO)
        try:
            if path.stat().st_size > MAX_MEMBER:
                raise AudioError(f"{path}: has more than {MAX_MEMBER:,} bytes")
            return path.read_bytes()
        except OSError as error:
            raise AudioError(f"{path}: cannot be read ({error.strerror})") from error
