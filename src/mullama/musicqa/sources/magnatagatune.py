"""MagnaTagATune (Law et al. 2009): `annotations_final.csv` -> the tags of each clip of 29 s.

The file is separated by tabs and quoted: clip_id, 188 columns of 0 and 1, mp3_path. The audio
lies in `audios/`, in the publisher's sixteen folders or flattened into one.
"""

from pathlib import PurePosixPath

from mullama.data.tables import Row
from mullama.jobs.safe_paths import first_file, safe_name
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source import TableSource, join_tags


class MagnaTagATune(TableSource):
    """25,863 clips; those with five tags or more."""

    name = "magnatagatune"
    licence = "CC-BY-NC-SA-3.0"
    table_name = "annotations_final.csv"
    delimiter = "\t"
    needed = ("clip_id", "mp3_path")

    def describe(self, row: Row) -> Description:
        """The tags that are 1, in the table's order; the id is clip_id."""
        clip, file = row.cells["clip_id"], row.cells["mp3_path"]
        if not clip.isdecimal():
            raise row.malformed("clip_id", f"{clip[:40]!r} is not a number")
        if safe_name(file) is None:
            raise row.malformed("mp3_path", f"{file[:80]!r} is not a file below the folder")
        flat = PurePosixPath(file).name
        audio = first_file(self.folder, f"audios/{flat}", f"audios/{file}", file, flat)
        text = join_tags(tags_of(row), clip)
        return Description(self.name, clip, text, "tags", audio, self.licence)


def tags_of(row: Row) -> list[str]:
    """The tags that are 1; raises `LeftOut` for a mark that is neither 0 nor 1."""
    tags = []
    for column, mark in row.cells.items():
        if column in MagnaTagATune.needed:
            continue
        if mark not in ("0", "1"):
            raise row.malformed(column, f"{mark[:40]!r} is neither 0 nor 1")
        if mark == "1":
            tags.append(column)
    return tags
