"""What every format of a file of pairs is: suffixes, and the two ways between file and clips."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mullama.data.records import Clip
from mullama.data.tally import Tally


class Written(NamedTuple):
    """What a file holds after it was written."""

    clips: int = 0
    pairs: int = 0


@dataclass(frozen=True)
class Format:
    """One format. A new one is a file with such an object, and a row in `files.FORMATS`."""

    suffixes: tuple[str, ...]
    """Ends of the names of its files, in lower case."""
    read: Callable[[Path, Tally], Iterator[Clip]]
    """The clips of a file, also those that failed, a few in memory at a time.

    Rows that cannot be read go into the tally where they are independent of each other; else the
    first raises UsageError naming file and line, item or row."""
    write: Callable[[Path, Iterable[Clip], Tally], Written]
    """Write a file, whole or not at all; clips for which the format has no place go into the tally."""
    sniff: Callable[[Path], bool] | None = None
    """Whether a file with such a suffix is one of these; None for the format that the others are told
    from, which is also the one that is written when the suffix alone decides."""
    read_text: Callable[[Path, Tally], Iterator[Clip]] | None = None
    """As `read`, without the sound that such a file holds; None where a file holds none."""
