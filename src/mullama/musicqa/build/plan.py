"""What a data set is built of, and where its files go; what makes two builds the same.

Does not build.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mullama.data.formats.published import PARTS

REGISTER = "clips.jsonl"
PLAN = "build.json"
AUDIOS = "audios"
"""Names in a set's folder."""


@dataclass(frozen=True)
class Build:
    """What is built of what."""

    parts: Mapping[str, Sequence[Path]]
    """Part -> files; the keys of `PARTS`."""
    out: Path
    audio: tuple[Path, ...] = ()
    """Folders where audio is looked for."""
    by_reference: bool = False
    """Name the audio where it lies instead of copying it."""
    include_missing_audio: bool = False
    """Give a number also to clips whose audio is absent."""

    def __post_init__(self) -> None:
        in_order = {part: self.parts[part] for part in PARTS if part in self.parts}
        object.__setattr__(self, "parts", in_order)

    def plan(self) -> str:
        """What makes two builds the same, as JSON; absent from it is where things lie."""
        inputs = [
            {"part": part, "file": file.name, "sha256": _digest(file)}
            for part, files in self.parts.items()
            for file in files
        ]
        return json.dumps(
            {
                "inputs": inputs,
                "by_reference": self.by_reference,
                "include_missing_audio": self.include_missing_audio,
            },
            indent=2,
        )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
