"""A file of rows (CSV, TSV, JSONL) -> rows that know their line, one at a time.

Nothing in a row is fatal: what cannot be read is counted with file, line and column, and the rest
goes on. A header without the columns that are needed is fatal, as it is another file. Does not
know what the columns mean.
"""

import codecs
import csv
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from mullama.data.records import is_utf8
from mullama.data.tally import MALFORMED, LeftOut, Tally
from mullama.errors import UsageError
from mullama.jobs.jsonl import Line, from_line, lines_of
from mullama.options.values import shown

MAX_LINE = 1 << 20
"""Characters. A table's line is a few kilobytes; a file without line ends must not fill the memory."""


@dataclass(frozen=True)
class Row:
    """One row with the place where it stands."""

    path: Path
    line: int
    cells: dict[str, Any]
    """Column -> text (or any JSON value)."""
    rest: tuple[str, ...] = ()
    """Cells behind the last named column, where a table allows for them."""

    def malformed(self, column: str, why: str) -> LeftOut:
        """What to raise when a cell is not what it should be."""
        return LeftOut(MALFORMED, f"{self.path}, line {self.line}, column {shown(column)}: {why}")


@dataclass(frozen=True)
class Table:
    """A CSV or TSV file with a header."""

    path: Path
    needed: Sequence[str]
    """Columns without which it is another file; others may be there."""
    delimiter: str = ","
    quoted: bool = True
    """Whether a cell may stand in double quotes."""
    open_ended: bool = False
    """Whether a row may be longer than the header."""
    columns: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        try:
            with open_text(self.path) as file:
                header: list[str] = next(self._reader(file), [])
        except csv.Error as error:
            raise UsageError(f"{self.path}, line 1: no header: {error}") from error
        object.__setattr__(self, "columns", tuple(name.strip() for name in header))
        missing = [name for name in self.needed if name not in self.columns]
        if missing:
            raise UsageError(
                f"{self.path}, line 1: no column {', '.join(map(repr, missing))};"
                f" there are {', '.join(map(shown, self.columns[:12])) or 'none'}"
            )
        if len(set(self.columns)) < len(self.columns):
            raise UsageError(f"{self.path}, line 1: a column is there twice")

    def rows(self, tally: Tally) -> Iterator[Row]:
        """All rows but the empty ones, in order; those that cannot be read go into the tally."""
        with open_text(self.path) as file:
            reader = self._reader(file)
            next(reader)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                    if any(cells):
                        yield self._row(line, cells)
                except StopIteration:
                    return
                except LeftOut as left:
                    tally.leave_out(left)
                except csv.Error as error:
                    tally.leave_out(LeftOut(MALFORMED, f"{self.path}, line {line}: {error}"))

    def _reader(self, file: TextIO) -> Any:
        return csv.reader(
            bounded_lines(file, self.path),
            delimiter=self.delimiter,
            quoting=csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE,
        )

    def _row(self, line: int, cells: list[str]) -> Row:
        width = len(self.columns)
        where = f"{self.path}, line {line}"
        if len(cells) < width or (len(cells) > width and not self.open_ended):
            raise LeftOut(MALFORMED, f"{where}: {len(cells)} columns, expected {width}")
        for number, cell in enumerate(cells):
            if not is_utf8(cell):
                name = self.columns[min(number, width - 1)]
                raise LeftOut(MALFORMED, f"{where}, column {shown(name)}: is not UTF-8")
        named = dict(zip(self.columns, cells, strict=False))
        return Row(self.path, line, named, tuple(cells[width:]))


def json_rows(path: Path, tally: Tally) -> Iterator[Row]:
    """The objects of a JSONL file, in order; other lines go into the tally."""
    for line in json_lines(path):
        try:
            yield _json_row(path, line)
        except LeftOut as left:
            tally.leave_out(left)


def json_lines(path: Path) -> Iterator[Line]:
    """The lines of a JSONL file that are not blank, one in memory at a time.

    Raises UsageError for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            for line in lines_of(file):
                if line.content is not None and line.number == 1:
                    line = line._replace(content=line.content.removeprefix(codecs.BOM_UTF8))
                if not line.blank:
                    yield line
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _json_row(path: Path, line: Line) -> Row:
    where = f"{path}, line {line.number}"
    try:
        cells = from_line(line.content)
    except ValueError as error:
        raise LeftOut(MALFORMED, f"{where}: {error}") from error
    if not is_utf8(json.dumps(cells, ensure_ascii=False)):
        raise LeftOut(MALFORMED, f"{where}: it holds half of a surrogate pair")
    return Row(path, line.number, cells)


def open_text(path: Path) -> TextIO:
    """The file as text; bytes that are no UTF-8 stay recognisable, so that only their row is lost."""
    try:
        return path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def bounded_lines(file: TextIO, path: Path) -> Iterator[str]:
    """Lines with their ends; raises UsageError for one that is longer than any table's."""
    number = 0
    while line := file.readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith("\n"):
            raise UsageError(f"{path}, line {number} is too long for a table: is it text?")
        yield line
