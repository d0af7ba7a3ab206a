"""What a data set is built of, and where its files go; what makes two builds the same.

Does not build.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.data.formats.published import PARTS
from mullama.jobs.digest import file_digest
from mullama.options import Bounds, Flag, Options

MANIFEST = "clips.jsonl"
PLAN = "build.json"
AUDIOS = "audios"
"""Names in a set's folder."""


@dataclass(frozen=True)
class BuildOptions(Options):
    """What is built of what."""

    out: Annotated[Path, Flag("DIR")]
    """The set's folder."""
    pretrain: Annotated[tuple[Path, ...], Flag("FILE")] = ()
    """.jsonl of `musicqa write` or any other file of pairs; becomes PretrainMusicQA.json."""
    finetune: Annotated[tuple[Path, ...], Flag("FILE")] = ()
    """Likewise; becomes FinetuneMusicQA.json."""
    eval: Annotated[tuple[Path, ...], Flag("FILE")] = ()
    """Likewise; becomes EvalMusicQA.json."""
    audio: Annotated[tuple[Path, ...], Flag("ZIP|DIR")] = ()
    """Where audio is looked for, and may lie, beside the files' own folders; may be given again."""
    by_reference: bool = False
    """Name the audio where it lies, copy nothing."""
    include_missing_audio: bool = False
    """Number also the clips whose audio is absent (default: they are counted)."""
    workers: Annotated[int, Bounds(1, 256)] = 4
    """Clips whose audio is copied or decoded at a time."""

    @property
    def parts(self) -> Mapping[str, tuple[Path, ...]]:
        """Part -> files, for the parts that have any, in the order in which clips are numbered."""
        return {part: files for part in PARTS if (files := getattr(self, part))}

    def plan(self) -> str:
        """What makes two builds the same, as JSON; absent from it is where things lie."""
        inputs = [
            {"part": part, "file": file.name, "sha256": file_digest(file)}
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
