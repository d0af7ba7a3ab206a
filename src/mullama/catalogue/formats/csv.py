"""captions.csv: a record a row, UTF-8 with a header; an empty cell is what the model cannot tell.

RFC 4180's quotes, with plain line ends. Other wordings stand in one cell, one a line.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.rows import row
from mullama.catalogue.record import CaptionRecord
from mullama.jobs.atomic import atomic_file
from mullama.jobs.csv_lines import ROW_END, PlainRowEnds

FILE = "captions.csv"


def write_csv(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """One table. Its columns are the first record's; a later one's further facts are left out."""
    path = to.folder / FILE
    with (
        atomic_file(path, parents=True) as part,
        part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
    ):
        writer: csv.DictWriter[str] | None = None
        for record in records:
            values = row(record)
            values["variants"] = "\n".join(record.variants)
            if writer is None:
                writer = csv.DictWriter(
                    PlainRowEnds(file),
                    list(values),
                    extrasaction="ignore",
                    lineterminator=ROW_END,
                )
                writer.writeheader()
            writer.writerow(values)
    return [path]
