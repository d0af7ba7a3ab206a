"""A file of a published set, whatever its form -> its rows, each knowing where it stands.

CSV and TSV with a header, JSON as one list or as one object of objects, JSONL, parquet. A row that
is not what its set promises is an error that names it: nobody should score half a set unawares. Does
not know what the columns mean.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from mullama.data.formats.json_list import read_items
from mullama.data.formats.jsonl import objects
from mullama.data.formats.parquet import leaves, parquet_rows
from mullama.data.records import is_utf8
from mullama.data.tables import Table, open_text
from mullama.data.tally import MALFORMED, LeftOut, Tally
from mullama.errors import UsageError
from mullama.evaluation.items import EvaluationSet, Item, check_items
from mullama.jobs.digest import file_digest
from mullama.jobs.jsonl import DECODER
from mullama.options.values import shown

MAX_OBJECT_BYTES = 64 << 20
"""Of a JSON file that is one object: all of it is in memory."""
SUFFIXES = (".csv", ".tsv", ".json", ".jsonl", ".parquet")
RowLike = TypeVar("RowLike")


@dataclass(frozen=True)
class Row:
    """One row of a set. Of several names for a value the first that is there counts."""

    where: str
    """File and row, as an error begins."""
    values: dict[str, Any]

    def get(self, *names: str) -> Any:
        """The first value that is neither absent nor empty; None where there is none."""
        found = (self.values.get(name) for name in names)
        return next((value for value in found if value is not None and value != ""), None)

    def text(self, *names: str) -> str:
        """A text that must be there, without the blanks around it; whole numbers are read as text."""
        text = self.maybe(*names)
        if not text:
            raise UsageError(f"{self.where}: {names[0]!r} is missing")
        return text

    def maybe(self, *names: str) -> str:
        """A text that may be missing; then it is empty."""
        value = self.get(*names)
        return "" if value is None else self._text(value, names[0])

    def texts(self, *names: str) -> tuple[str, ...]:
        """A list of texts, which may be missing; one text is a list of one."""
        value = self.get(*names)
        if value is None:
            return ()
        many = value if isinstance(value, list | tuple) else [value]
        return tuple(self._text(one, names[0]) for one in many)

    def seconds(self, name: str) -> float | None:
        """A number, which may be missing."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(f"{name!r} is {shown(value)}, expected seconds")
        return float(value)

    def refuse(self, why: str) -> NoReturn:
        """Raise UsageError that names the row."""
        raise UsageError(f"{self.where}: {why}")

    def _text(self, value: Any, name: str) -> str:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str):
            self.refuse(f"{name!r} is {shown(value)}, expected text")
        if not is_utf8(value):
            self.refuse(f"{name!r} is not UTF-8: {shown(value)}")
        return value.strip()


def read_rows(path: Path) -> Iterator[Row]:
    """All rows of a file; raises UsageError naming the one that cannot be read."""
    read = _READERS.get(path.suffix.lower())
    if read is None:
        raise UsageError(f"{path}: expected a file of a set, ending in {', '.join(SUFFIXES)}")
    if not path.is_file():
        raise UsageError(f"{path} cannot be read: no such file")
    return (Row(where, values) for where, values in read(path))


def files_of(path: Path, *patterns: str) -> list[Path]:
    """The file itself, or those of a folder that fit the first pattern that any fit.

    Raises UsageError where there is none.
    """
    if not path.is_dir():
        return [path]
    found = next((files for pattern in patterns if (files := sorted(path.glob(pattern)))), [])
    if not found:
        raise UsageError(f"{path}: no {' or '.join(patterns)} there; name the file")
    return found


def gather(
    rows: Iterable[RowLike], make: Callable[[RowLike], Iterable[Item]], tally: Tally
) -> Iterator[Item]:
    """The items that are made of rows; what `make` leaves out goes into the tally.

    Raises UsageError for a malformed row.
    """
    for row in rows:
        try:
            yield from make(row)
        except LeftOut as left:
            if left.reason == MALFORMED:
                raise UsageError(left.what) from left
            tally.leave_out(left)


def refusing() -> Tally:
    """A tally that raises UsageError, naming the row, for any that cannot be read."""

    def refuse(reason: str, what: str) -> None:
        raise UsageError(what)

    return Tally(refuse)


def to_set(
    name: str,
    files: Sequence[Path],
    items: Iterable[Item],
    tally: Tally,
    *,
    licence: str = "",
    notes: Sequence[str] = (),
) -> EvaluationSet:
    """The set with what was left out, and how many answers are withheld, in its notes."""
    every = tuple(items)  # the tally is complete only now
    left = tally.left_out.total()
    where = ", ".join(map(str, files)) + (f" ({left} rows left out)" if left else "")
    checked = check_items(every, where)
    withheld = sum(not item.scored for item in checked)
    told = [f"answers withheld, so that they are not scored: {withheld}"] if withheld else []
    told += [f"{count} left out: {why}" for why, count in tally.left_out.most_common()]
    sources = tuple((str(file), file_digest(file)) for file in files)
    return EvaluationSet(name, checked, licence, sources, (*notes, *told))


def _table(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    table = Table(path, (), delimiter="\t" if path.suffix.lower() == ".tsv" else ",")
    for row in table.rows(refusing()):
        yield f"{path}, line {row.line}", row.cells


def _parquet(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    return parquet_rows(path, lambda file: leaves(file, file.schema_arrow.names))


def _json(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """By its first character: some publish a list as .jsonl, and some an object as .json."""
    with open_text(path) as file:
        start = file.read(1 << 10).lstrip()[:1]
    if start == "[":
        return read_items(path)
    return objects(path) if path.suffix.lower() == ".jsonl" else _named(path)


def _named(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of an object; each gets its name as its `id`."""
    if path.stat().st_size > MAX_OBJECT_BYTES:
        raise UsageError(f"{path}: has more than {MAX_OBJECT_BYTES:,} bytes")
    try:
        every = DECODER.decode(path.read_text(encoding="utf-8-sig"))
    except RecursionError as error:
        raise UsageError(f"{path}: nested too deeply") from error
    except ValueError as error:  # also for what is not UTF-8
        raise UsageError(f"{path}: not JSON: {error}") from error
    if not isinstance(every, dict):
        raise UsageError(f"{path}: expected a list of items, or an object of them")
    for name, values in every.items():
        where = f"{path}, item {shown(name)}"
        if not isinstance(values, dict):
            raise UsageError(f"{where}: not a JSON object")
        yield where, {"id": name, **values}


_READERS: dict[str, Callable[[Path], Iterator[tuple[str, dict[str, Any]]]]] = {
    ".csv": _table,
    ".tsv": _table,
    ".json": _json,
    ".jsonl": _json,
    ".parquet": _parquet,
}
