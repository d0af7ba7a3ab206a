"""What every collection is: a place and options in, descriptions out; and the kind that is a table.

A new collection is one small class beside these and one row in `SOURCES`. Does not know any.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Protocol

from mullama.data.tables import Row, Table
from mullama.data.tally import FEW_TAGS, LeftOut, Tally
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source_options import SourceOptions

MIN_TAGS = 5
"""Clips with fewer say too little to be asked nine questions about."""


class Source(Protocol):
    """A collection of described clips."""

    name: ClassVar[str]
    """As the command line and every record call it."""

    def __init__(self, path: Path, options: SourceOptions) -> None:
        """Raises UsageError when the collection does not lie there."""

    def descriptions(self, tally: Tally) -> Iterator[Description]:
        """All clips in the collection's order; rows that cannot be read go into the tally."""


class TableSource(ABC):
    """A collection that is one table with the audio beside it."""

    name: ClassVar[str]
    licence: ClassVar[str]
    table_name: ClassVar[str]
    """What its publisher calls the file."""
    needed: ClassVar[tuple[str, ...]]
    """Columns that must be there."""
    delimiter: ClassVar[str] = ","
    quoted: ClassVar[bool] = True
    open_ended: ClassVar[bool] = False

    def __init__(self, path: Path, options: SourceOptions) -> None:
        self.options = options
        found = path / self.table_name if path.is_dir() else path
        if not found.is_file():
            raise UsageError(f"{found}: no such file; give {self.name}'s table or its folder")
        self.folder = found.parent
        self.table = Table(
            found,
            self.needed,
            delimiter=self.delimiter,
            quoted=self.quoted,
            open_ended=self.open_ended,
        )

    def descriptions(self, tally: Tally) -> Iterator[Description]:
        """All clips in the table's order."""
        for row in self.table.rows(tally):
            try:
                yield self.describe(row)
            except LeftOut as left:
                tally.leave_out(left)

    @abstractmethod
    def describe(self, row: Row) -> Description:
        """One row in words; raises `LeftOut` where it cannot be used."""


def join_tags(tags: list[str], clip: str) -> str:
    """Tags as a description's text; raises `LeftOut` where there are too few."""
    if len(tags) < MIN_TAGS:
        raise LeftOut(FEW_TAGS, clip)
    return ", ".join(tags)
