"""Whatever a model says of whatever file: captions come back out of each format as they went in."""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.csv import write_csv
from mullama.catalogue.formats.jsonl import write_jsonl
from mullama.catalogue.record import CaptionRecord, Field, read_records

TEXTS = st.text(max_size=30)
FACTS = st.builds(Field, st.none() | TEXTS, st.floats(0, 1), TEXTS, st.booleans())
RECORDS = st.builds(
    CaptionRecord,
    path=st.text(min_size=1, max_size=20),
    digest=st.just("0" * 64),
    seconds=st.none() | st.floats(0, 1e6),
    seconds_heard=st.floats(0, 1e6),
    text=TEXTS,
    caption=TEXTS,
    long_caption=TEXTS,
    variants=st.lists(TEXTS, max_size=3).map(tuple),
    fields=st.dictionaries(st.sampled_from(["tempo", "key", "style"]), FACTS),
    min_confidence=st.floats(0, 1),
)


class NoSounds:
    """There are none."""

    def file(self, record: CaptionRecord, /) -> Path | None:
        return None

    @contextmanager
    def open(self, record: CaptionRecord, /) -> Iterator[Path]:
        yield Path(record.path)


@settings(max_examples=40)
@given(st.lists(RECORDS, max_size=4))
def test_records_come_back_as_they_were(records: list[CaptionRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_jsonl(records, Destination(Path(folder), NoSounds()))
        assert list(read_records(path)) == records


@settings(max_examples=40)
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_a_table_has_a_row_for_each_record(records: list[CaptionRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_csv(records, Destination(Path(folder), NoSounds()))
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    assert len(rows) == len(records)
    for row, record in zip(rows, records, strict=True):
        assert row["caption"] == record.caption
        assert row["path"] == record.path
