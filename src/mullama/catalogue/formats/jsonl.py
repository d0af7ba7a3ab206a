"""captions.jsonl: a record a line, as `CaptionRecord.from_json` reads it again."""

from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.record import CaptionRecord
from mullama.jobs.atomic import atomic_file
from mullama.jobs.jsonl import to_line

FILE = "captions.jsonl"


def write_jsonl(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """One file, with everything that is known."""
    path = to.folder / FILE
    with atomic_file(path, parents=True) as part, part.open("wb") as file:
        for record in records:
            file.write(to_line(record.to_json()))
    return [path]
