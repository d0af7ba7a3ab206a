"""ACE-Step 1.5: x.caption.txt and x.json beside x.mp3, and one captions.csv of tempo, key and caption.

The format: "Annotation Data Format" of docs/en/LoRA_Training_Tutorial.md, and the scanner in
acestep/training/dataset_builder_modules of https://github.com/ace-step/ACE-Step-1.5. All fields of the
JSON are optional. A row of the table counts for every file of its base name, in whichever folder. A plain
x.txt would be lyrics, and is never written.
"""

import csv
import io
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.sidecars import Sidecars, beats
from mullama.catalogue.record import CaptionRecord
from mullama.data.records import is_utf8
from mullama.jobs.atomic import atomic_file
from mullama.jobs.digest import text_number

NAME, CAPTION, FACTS, TABLE = "ace-step-1.5", ".caption.txt", ".json", "captions.csv"
HEADER = ("File", "BPM", "Key", "Caption")


def write_ace_step_1_5(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """Two files a sound, and the table in the format's folder. No language, as no words are heard."""
    files = Sidecars(NAME, to, (CAPTION, FACTS))
    with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as rows:
        table = _Table(rows)
        for record, sound in files.placed(records):
            files.write(sound, CAPTION, record.text)
            files.write(sound, FACTS, json.dumps(facts(record), ensure_ascii=False))
            if not is_utf8(sound.name):
                files.note("in no row of the table, as their name is not UTF-8", record)
            elif not table.add(sound.name, record):
                files.note("in no row of the table, as others have their base name", record)
        table.write(files.folder / TABLE)
    return [files.folder]


def facts(record: CaptionRecord) -> dict[str, Any]:
    """What x.json holds: of what the model is sure. Tempo is a whole number there."""
    values = {
        "caption": record.text,
        "bpm": None if record.bpm is None else round(record.bpm),
        "keyscale": record.keyscale,
        "timesignature": None if record.metre is None else beats(record.metre),
    }
    return {name: value for name, value in values.items() if value is not None}


class _Table:
    """Rows that wait in a file until it is known whose base name is their own."""

    def __init__(self, rows: IO[str]) -> None:
        self._rows = rows
        self._seen: set[int] = set()
        self._twice: set[int] = set()

    def add(self, name: str, record: CaptionRecord) -> bool:
        """Let a row wait; False for a name that was there before, whose rows are left out."""
        key, fact = text_number(name), facts(record)
        known = key in self._seen
        (self._twice if known else self._seen).add(key)
        # The reader guesses separator and quotes from the beginning: quoted throughout it cannot err.
        row = [name, fact.get("bpm", ""), fact.get("keyscale", ""), _plain(record.text)]
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(row)
        self._rows.write(f"{key}\t{line.getvalue()}")
        return not known

    def write(self, path: Path) -> None:
        """Write the rows that count for one sound only."""
        self._rows.seek(0)
        with (
            atomic_file(path, parents=True) as part,
            part.open("w", encoding="utf-8", errors="replace", newline="") as file,
        ):
            csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(HEADER)
            for line in self._rows:
                key, _, row = line.partition("\t")
                if int(key) not in self._twice:
                    file.write(row)


def _plain(text: str) -> str:
    """On one line, with typographic quotes: the reader's guess of a dialect would stumble over others."""
    return " ".join(text.translate(_QUOTES).split())


_QUOTES = str.maketrans(
    {'"': "\N{RIGHT DOUBLE QUOTATION MARK}", "'": "\N{RIGHT SINGLE QUOTATION MARK}"}
)
