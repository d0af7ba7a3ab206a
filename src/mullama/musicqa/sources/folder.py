"""A person's own folder of music: a CSV or JSONL of file names with captions or tags.

The table is given, or is the folder's `metadata.csv` or `metadata.jsonl` as Hugging Face's
audiofolder has it. Does not read captions that lie beside each file.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from mullama.data.tables import Row, Table, json_rows
from mullama.data.tally import LeftOut, Tally
from mullama.errors import UsageError
from mullama.jobs.safe_paths import first_file, safe_name
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source_options import SourceOptions

TABLES = ("metadata.csv", "metadata.jsonl")
FILE_COLUMNS = ("file_name", "audio", "file")
CAPTION_COLUMNS = ("caption", "text")
TAGS_COLUMN = "tags"


class Folder:
    """Whatever lies in a folder; the id is the file's name as the table has it."""

    name: ClassVar[str] = "folder"

    def __init__(self, path: Path, options: SourceOptions) -> None:
        places = [path / name for name in TABLES] if path.is_dir() else [path]
        found = next((place for place in places if place.is_file()), None)
        if found is None:
            raise UsageError(f"{path}: no {' or '.join(TABLES)} there; give the table itself")
        self.path, self.folder = found, found.parent
        if found.suffix not in (".csv", ".tsv", ".jsonl"):
            raise UsageError(f"{found}: expected a .csv, .tsv or .jsonl file")

    def descriptions(self, tally: Tally) -> Iterator[Description]:
        """All rows in the table's order; a caption is preferred to tags."""
        for row in self._rows(tally):
            try:
                yield self._describe(row)
            except LeftOut as left:
                tally.leave_out(left)

    def _rows(self, tally: Tally) -> Iterator[Row]:
        if self.path.suffix == ".jsonl":
            return json_rows(self.path, tally)
        table = Table(self.path, (), delimiter="\t" if self.path.suffix == ".tsv" else ",")
        for wanted in (FILE_COLUMNS, (*CAPTION_COLUMNS, TAGS_COLUMN)):
            if not set(wanted) & set(table.columns):
                raise UsageError(f"{self.path}, line 1: one column must be {' or '.join(wanted)}")
        return table.rows(tally)

    def _describe(self, row: Row) -> Description:
        file = _cell(row, FILE_COLUMNS)
        if not file or safe_name(file) is None:
            raise row.malformed(FILE_COLUMNS[0], f"{file[:80]!r} is not a file below the folder")
        kind, text = "caption", _cell(row, CAPTION_COLUMNS)
        if not text:
            kind, text = "tags", _tags(row)
        if not text:
            raise row.malformed(CAPTION_COLUMNS[0], "neither a caption nor tags")
        audio = first_file(self.folder, file, f"audios/{file}")
        return Description(self.name, file, text, kind, audio, _cell(row, ("licence", "license")))


def _cell(row: Row, columns: tuple[str, ...]) -> str:
    """The first of these columns that is filled; empty text where none is."""
    for column in columns:
        value = row.cells.get(column)
        if value is not None and not isinstance(value, str):
            raise row.malformed(column, f"is {str(value)[:40]!r}, expected text")
        if value and value.strip():
            return value.strip()
    return ""


def _tags(row: Row) -> str:
    value = row.cells.get(TAGS_COLUMN)
    if not isinstance(value, list):
        return _cell(row, (TAGS_COLUMN,))
    if not all(isinstance(tag, str) for tag in value):
        raise row.malformed(TAGS_COLUMN, "is not a list of words")
    return ", ".join(value)
