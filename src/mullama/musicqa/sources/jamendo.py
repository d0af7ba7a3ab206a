"""MTG-Jamendo (Bogdanov et al. 2019): its tab-separated tables -> the tags of each track.

A row is TRACK_ID, ARTIST_ID, ALBUM_ID, PATH, DURATION and then one tag a column, as
`category---tag`. The audio lies in folders 00 to 99, in `audios/` or beside the table.
"""

from mullama.data.tables import Row
from mullama.data.tally import OTHER_FOLDER, LeftOut
from mullama.jobs.safe_paths import first_file, safe_name
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source import TableSource, join_tags

FOLDERS = frozenset(f"{number:02d}" for number in range(10))
"""Of these MusicQA is made."""


class Jamendo(TableSource):
    """Tracks of the folders 00 to 09 with five tags or more."""

    name = "jamendo"
    licence = "CC-BY-NC-SA-4.0"
    table_name = "raw_30s_cleantags_50artists.tsv"
    delimiter = "\t"
    quoted = False
    open_ended = True
    needed = ("TRACK_ID", "PATH", "DURATION", "TAGS")

    def describe(self, row: Row) -> Description:
        """The tags without their category, in the table's order; the id is TRACK_ID."""
        track, file = row.cells["TRACK_ID"], row.cells["PATH"]
        if not track:
            raise row.malformed("TRACK_ID", "is empty")
        path = safe_name(file)
        if path is None or len(path.parts) < 2:
            raise row.malformed("PATH", f"{file[:80]!r} is not FOLDER/FILE")
        tags = [_tag(row, cell) for cell in (row.cells["TAGS"], *row.rest) if cell]
        if path.parts[0] not in FOLDERS:
            raise LeftOut(OTHER_FOLDER, file)
        smaller = str(path.with_suffix(".low.mp3"))  # the publisher's download at a lower bit rate
        audio = first_file(self.folder, f"audios/{file}", file, f"audios/{smaller}", smaller)
        return Description(self.name, track, join_tags(tags, track), "tags", audio, self.licence)


def _tag(row: Row, cell: str) -> str:
    category, separator, tag = cell.partition("---")
    if not (category and separator and tag):
        raise row.malformed("TAGS", f"{cell[:40]!r} is not category---tag")
    return tag
