"""What of a collection is wanted; the same options for every source.

Does not know any collection.
"""

from dataclasses import dataclass
from pathlib import Path

from mullama.errors import UsageError


@dataclass(frozen=True)
class SourceOptions:
    """Which rows of a collection become descriptions."""

    include_missing_audio: bool = False
    """Pass on rows whose audio is absent; else they are counted."""
    held_out: frozenset[str] = frozenset()
    """Ids that must not be passed on."""
    hold_out_evaluation: bool = False
    """Leave out what the collection itself sets aside for evaluation (MusicCaps does)."""
    clips: int = 100
    """How many clips the studio makes."""
    purpose: str = "answers"
    """Whose seeds the studio takes, a key of `studio.clips.SEEDS`."""
    seconds: float = 10.0
    """How long the studio's clips are."""
    render: bool = True
    """Whether the studio keeps its clips as wav files; else only their descriptions."""


def read_ids(path: Path) -> frozenset[str]:
    """The ids of a held-out list: one a line, empty lines and `#` comments aside."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the held-out list {path}: {error}") from error
    return frozenset(line.strip() for line in lines if line.strip() and line[0] != "#")
