"""What of a collection is wanted; the same options for every source. Does not know any collection."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.jobs.small_text import read_small_text
from mullama.options import Bounds, Flag, Options

MAX_LIST_BYTES = 64 << 20
"""Of a list of ids."""
STUDIO_OPTIONS = ("clips", "purpose", "seconds", "wav")
"""The options that concern the studio's clips alone."""


@dataclass(frozen=True, kw_only=True)
class SourceOptions(Options):
    """Which rows of a collection become descriptions."""

    include_missing_audio: bool = False
    """Also clips whose audio is absent (default: they are counted)."""
    hold_out: Annotated[tuple[Path, ...], Flag("FILE")] = ()
    """Ids that are left out, one a line; may be given again."""
    hold_out_evaluation: bool = False
    """Leave out the evaluation part that MusicCaps marks."""
    clips: Annotated[int, Bounds(1, 10_000_000)] = 100
    """How many."""
    purpose: Annotated[str, Flag("NAME")] = "answers"
    """Whose seeds: encoder, answers, validation, ..."""
    seconds: Annotated[float, Bounds(0.1, 600)] = 10.0
    """Their length."""
    wav: bool = True
    """Store them as wav files; without, with --include-missing-audio, only descriptions are made."""

    def held_out(self) -> frozenset[str]:
        """The ids of all lists; raises UsageError for a list that cannot be read."""
        return frozenset[str]().union(*map(read_ids, self.hold_out))


def read_ids(path: Path) -> frozenset[str]:
    """The ids of a held-out list: one a line, empty lines and `#` comments aside."""
    lines = read_small_text(path, "the held-out list", MAX_LIST_BYTES).splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and line[0] != "#")
