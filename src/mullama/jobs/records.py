"""Records <-> the lines of a log: how one kind of record is written, read, named and judged."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from mullama.errors import MuLlamaError, UsageError
from mullama.jobs.jsonl import Line, from_line, lines_of, to_line
from mullama.jobs.keys import Key

Record = TypeVar("Record")

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError)
"""What a simple `decode` raises for values of another form."""


def never_failed(record: Any) -> str:
    """The `failure` of records that tell successes alone."""
    return ""


@dataclass(frozen=True)
class RecordFormat(Generic[Record]):
    """Everything that a log has to know about its records."""

    encode: Callable[[Record], dict[str, Any]]
    decode: Callable[[dict[str, Any], str], Record]
    """(values, where) -> the record; raises an error that begins with `where`, or one of UNREADABLE."""
    key: Callable[[Record], Key]
    """What no two records of a log share."""
    failure: Callable[[Record], str] = never_failed
    """Why the item failed, in one line; empty where it did not."""
    error_type: type[MuLlamaError] = UsageError
    """Raised for files that cannot be used."""

    def to_line(self, record: Record) -> bytes:
        """The record's line; raises `error_type` where it could not be read again as it is.

        One record that a log takes and cannot give back would spoil the log for good.
        """
        where = f"the record of {self.key(record)!r}"
        try:
            line = to_line(self.encode(record))
        except UNREADABLE as error:
            raise self.error_type(f"{where} cannot be written: {error}") from error
        again = self.from_line(line[:-1], f"{where} could not be read again")
        if self.key(again) != self.key(record):
            raise self.error_type(f"{where} is read back under another key")
        return line

    def from_line(self, content: bytes | None, where: str) -> Record:
        """The inverse, for a line without its end; raises `error_type` beginning with `where`."""
        try:
            return self.decode(from_line(content), where)
        except UNREADABLE as error:
            raise self.error_type(f"{where}: not a record of this job: {error}") from error

    def read(self, path: Path) -> Iterator[Record]:
        """The records of a file, one in memory at a time; a torn last line is passed over.

        Raises `error_type` for a file that cannot be read, naming the line that is no record.
        """
        for line in self.lines(path):
            if line.ended and not line.blank:
                yield self.from_line(line.content, f"{path}, line {line.number}")

    def lines(self, path: Path) -> Iterator[Line]:
        """The lines of a file as they are."""
        try:
            with path.open("rb") as file:
                yield from lines_of(file)
        except OSError as error:
            raise self.error_type(f"{path} cannot be read: {error.strerror or error}") from error
