"""An item's audio, as its set names it -> where it lies and its digest, or why it is not there.

Each file is looked for and read once, however many questions are asked about it.
"""

from pathlib import Path
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.records import Clip
from mullama.errors import AudioError
from mullama.jobs.digest import file_digest


class Locator:
    """Finds the audio of the items of one file of questions."""

    def __init__(self, path: Path, audio: AudioResolver) -> None:
        """`path` is the file that names the audio: names lead nowhere but below it and `audio`."""
        self.path, self.audio = path, audio
        self._known: dict[str, dict[str, Any]] = {}

    def __call__(self, name: str, sound: bytes | None = None) -> dict[str, Any]:
        """The fields of an `Item` that tell of its audio; `sound` is the file that the set holds."""
        if name not in self._known:
            self._known[name] = self._find(name, sound)
        return self._known[name]

    def first(self, *names: str) -> dict[str, Any]:
        """Like a call, for audio that may have any of these names; the first counts if none is there."""
        found = (self(name) for name in names)
        return next((about for about in found if "file" in about), self(names[0]))

    def _find(self, name: str, sound: bytes | None) -> dict[str, Any]:
        try:
            file = self.audio.lasting(self.audio.find(Clip(audio=name, sound=sound), self.path))
            digest = file_digest(file, error_type=AudioError)
        except AudioError as error:
            return {"audio": name, "missing": str(error)}
        return {"audio": name, "file": file.absolute(), "sha256": digest}
