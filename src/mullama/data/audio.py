"""The name that a data set gives a clip -> a file of its sound on this machine, or why there is none.

For training, listening, `musicqa read` and `build` alike. A name is looked for in the folders and zip
files that the user named, then beside the file of pairs, each time as it is, in `audios/` and in
`audio/`; then by its last part alone, as tables name `14/214.mp3` what lies flat in a folder.

Tables come from anywhere, so no name leads elsewhere, not even by a link: what is opened lies below a
folder that the user named, or below that of the file of pairs. There an absolute name counts as well,
and one from the working folder; so a set that names its clips where they lie is read with
`--audio /their/folder`. Does not know what is in a file.
"""

import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from mullama.data.archive import Archive
from mullama.data.audio_files import AUDIO_SUFFIXES
from mullama.data.records import Clip
from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import told_as, write_bytes
from mullama.jobs.digest import bytes_digest
from mullama.jobs.safe_paths import inside, is_file, safe_name
from mullama.printable import printable

UNPACKED = "unpacked"
"""Beside Listenings, the folder of what was unpacked to be listened to."""
PREFIXES = ("", "audios/", "audio/")
"""Where below a place clips may lie; `audios` is the published set's."""


MAX_SHOWN = 200
"""Characters of a name that a message shows."""


class AudioResolver:
    """Where the clips of files of pairs lie; use it in a `with` statement. Threads may share it.

    What lies in a zip file, or in the file of pairs itself, is unpacked to `unpack_to`, where a later
    run finds it again; by default into a temporary folder, which goes with the resolver. Raises
    UsageError where a place of `audio` is neither a folder nor a zip file.
    """

    def __init__(self, audio: Sequence[Path] = (), *, unpack_to: Path | None = None) -> None:
        self.folders = [place for place in audio if place.is_dir()]
        self._places: list[Path | Archive] = [
            place if place.is_dir() else _archive(place) for place in audio
        ]
        self._unpack_to = unpack_to
        self._making = threading.Lock()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._flat: dict[tuple[Path, Path], str] = {}
        """(file of pairs, sound found by the last part of a name) -> the name that it was found for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for place in self._places:
            if isinstance(place, Archive):
                place.close()
        if self._temporary is not None:
            self._temporary.cleanup()

    def find(self, clip: Clip, pairs_file: Path) -> Path:
        """The file of a clip that `pairs_file` names or holds.

        Raises AudioError saying why there is none, UsageError where the disk refuses to unpack it.
        """
        if clip.sound is not None:
            return self._unpack_sound(clip.sound, clip.audio or "")
        name = clip.audio or ""
        safe = safe_name(name)
        found = self._first(str(safe), pairs_file) if safe is not None else None
        if found is None and is_file(Path(name)) and self._allowed(Path(name), pairs_file):
            found = Path(name)
        if found is None and (safe is not None or PurePosixPath(name).is_absolute()):
            found = self._by_file_name(name, pairs_file)
        if found is None:
            raise AudioError(
                f"{_shown(name)}: {pairs_file} names it, but {self._absent(name, pairs_file)}"
            )
        return found

    def release(self, path: Path) -> None:
        """Remove a file that was unpacked into the temporary folder; any other stays."""
        if self._is_temporary(path):
            path.unlink(missing_ok=True)

    def lasting(self, path: Path) -> Path:
        """The same path; raises AudioError where it goes with this resolver."""
        if self._is_temporary(path):
            raise AudioError(f"{path.name}: lies in a file of many, so nothing can refer to it")
        return path

    def _first(self, name: str, pairs_file: Path) -> Path | None:
        """The first place that has a safe name; raises AudioError where a link leads out of them."""
        for place in (*self._places, pairs_file.parent):
            for prefix in PREFIXES:
                if isinstance(place, Archive):
                    if f"{prefix}{name}" in place:
                        return self._unpack(place, f"{prefix}{name}")
                elif is_file(path := place / prefix / name):
                    return self._checked(path, pairs_file)
        return None

    def _by_file_name(self, name: str, pairs_file: Path) -> Path | None:
        """The clip that is called like the last part of `name`, if no other one was taken for it."""
        file = PurePosixPath(name).name
        known = file != name and safe_name(file) is not None
        found = self._first(file, pairs_file) if known else None
        for place in self._places:
            if found is None and isinstance(place, Archive):
                member = place.by_file_name(file)
                found = None if member is None else self._unpack(place, member)
        other = name if found is None else self._flat.setdefault((pairs_file, found), name)
        if other != name:
            raise AudioError(
                f"{_shown(name)}: {found} would be taken for it, as for {_shown(other)}"
            )
        return found

    def _checked(self, path: Path, pairs_file: Path) -> Path:
        if not self._allowed(path, pairs_file):
            raise AudioError(
                f"{_shown(str(path))}: is a link that leads to {_shown(str(path.resolve()))}, outside of"
                " what was named; name that folder, too: --audio DIR"
            )
        return path

    def _allowed(self, path: Path, pairs_file: Path) -> bool:
        return any(inside(root, path.absolute()) for root in (*self.folders, pairs_file.parent))

    def _absent(self, name: str, pairs_file: Path) -> str:
        if is_file(Path(name)):
            return "it lies outside of what was named; allow for that by --audio DIR"
        if safe_name(name) is None and not PurePosixPath(name).is_absolute():
            return (
                "a name with `..`, a backslash or a control character is not followed: name the file"
                " by its place below a folder, and that folder by --audio DIR"
            )
        places = "".join(
            f" or in {place.path if isinstance(place, Archive) else place}"
            for place in self._places
        )
        return f"there is no such file beside it{places}"

    def _unpack(self, archive: Archive, member: str) -> Path:
        target = self._unpacked(archive.key(member), member)
        if not target.is_file():
            archive.unpack(member, target)
        return target

    def _unpack_sound(self, sound: bytes, name: str) -> Path:
        target = self._unpacked(bytes_digest(sound), name)
        if not target.is_file():
            write_bytes(target, sound, parents=True)
        return target

    def _unpacked(self, key: str, name: str) -> Path:
        """Where to unpack it: its own name, by which a validation set is told, in a folder of its own."""
        file = PurePosixPath(name).name
        known = PurePosixPath(file).suffix.lower() in AUDIO_SUFFIXES and safe_name(file) is not None
        return self._scratch() / key[:2] / key / (file if known else key)

    def _is_temporary(self, path: Path) -> bool:
        return self._temporary is not None and path.is_relative_to(self._temporary.name)

    def _scratch(self) -> Path:
        if self._unpack_to is not None:
            return self._unpack_to
        with self._making, told_as(Path(tempfile.gettempdir()), UsageError):
            if self._temporary is None:
                self._temporary = tempfile.TemporaryDirectory(prefix="mullama-")
            return Path(self._temporary.name)


def _archive(place: Path) -> Archive:
    if not place.is_file():
        raise UsageError(f"{place}: there is no such folder or zip file of audio")
    return Archive(place)


def _shown(name: str) -> str:
    text = printable(name)
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}..."
