"""What every writer of captions is given: the records one after another, and where things lie."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mullama.catalogue.formats.format_options import FormatOptions
from mullama.catalogue.record import CaptionRecord


def _say_nothing(line: str) -> None:
    pass


class AudioRoot(Protocol):
    """Where the sounds of the records lie."""

    def file(self, record: CaptionRecord, /) -> Path | None:
        """The sound's own file; None where it lies inside an archive. May raise AudioError where it is gone."""
        ...

    def open(self, record: CaptionRecord, /) -> AbstractContextManager[Path]:
        """A file with the sound, for as long as it is needed. Raises AudioError where it is gone."""
        ...


@dataclass(frozen=True)
class Destination:
    """Where a format writes."""

    folder: Path
    """The catalogue's own; a format of many files makes a folder of its name in it."""
    audio: AudioRoot
    options: FormatOptions = field(default_factory=FormatOptions)
    warn: Callable[[str], None] = _say_nothing
    """Told in a line what a format left out, and how its readers may misread it."""


CaptionFormat = Callable[[Iterable[CaptionRecord], Destination], list[Path]]
"""Write all records, in their order, each file whole or not at all, and return what was written.

Records come once and are never all in memory. What a format cannot hold is left out and named by a
warning. Raises UsageError where the disk refuses, MissingExtraError where a library is missing.
"""
