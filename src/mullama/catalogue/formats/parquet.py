"""captions.parquet: a record a row, as `datasets.load_dataset("parquet", ...)` and pandas read it."""

from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Any

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.rows import columns, is_number, row
from mullama.catalogue.record import CaptionRecord
from mullama.data.records import is_utf8
from mullama.data.tally import LeftOut, Tally
from mullama.errors import MissingExtraError
from mullama.jobs.atomic import atomic_file

NAME, FILE = "parquet", "captions.parquet"
GROUP_ROWS = 10_000
"""Rows that are in memory and are written at once."""


def write_parquet(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """One table; a null is what the model cannot tell. Its columns are the first record's."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as cause:
        raise MissingExtraError("pyarrow", "musicqa", "writing parquet") from cause
    path, tally = to.folder / FILE, Tally()
    all_records = _storable(records, tally)
    first = list(islice(all_records, 1))
    schema = pyarrow.schema(
        [(name, _type(pyarrow, name)) for record in first for name in columns(record)]
    )
    with (
        atomic_file(path, parents=True) as part,
        pyarrow.parquet.ParquetWriter(part, schema) as writer,
    ):
        for group in _groups(chain(first, all_records)):
            writer.write_table(pyarrow.Table.from_pylist(group, schema=schema))
    for line in tally.lines()[1:]:
        to.warn(f"{NAME}: {line}")
    return [path]


def _storable(records: Iterable[CaptionRecord], tally: Tally) -> Iterator[CaptionRecord]:
    for record in records:
        if is_utf8(record.path):
            yield record
        else:
            tally.leave_out(LeftOut("left out, as their name is not UTF-8", record.path))


def _groups(records: Iterable[CaptionRecord]) -> Iterator[list[dict[str, Any]]]:
    left = iter(records)
    while group := [row(record) for record in islice(left, GROUP_ROWS)]:
        yield group


def _type(arrow: Any, column: str) -> Any:
    if column == "variants":
        return arrow.list_(arrow.string())
    return arrow.float64() if is_number(column) else arrow.string()
