"""MusicCaps (Agostinelli et al. 2023): `musiccaps-public.csv` -> one caption a clip of ten seconds.

Clips are wav files named `[<YouTube id>]-[<start>-<end>].wav`, in whole seconds, in `audios/`.
Does not fetch anything.
"""

import re

from mullama.data.tables import Row
from mullama.data.tally import HELD_OUT, LeftOut
from mullama.jobs.safe_paths import first_file
from mullama.musicqa.descriptions import Description
from mullama.musicqa.sources.source import TableSource

YOUTUBE_ID = re.compile(r"[\w-]{1,32}", re.ASCII)


class MusicCaps(TableSource):
    """5,521 captions; 2,858 clips are marked as AudioSet's evaluation part."""

    name = "musiccaps"
    licence = "CC-BY-SA-4.0"
    table_name = "musiccaps-public.csv"
    needed = ("ytid", "start_s", "end_s", "caption", "is_audioset_eval")

    def describe(self, row: Row) -> Description:
        """The caption as it stands; the id is YouTube's."""
        clip, file = clip_of(row)
        caption = row.cells["caption"].strip()
        if not caption:
            raise row.malformed("caption", "is empty")
        if self.options.hold_out_evaluation and row.cells["is_audioset_eval"] == "True":
            raise LeftOut(HELD_OUT, clip)
        audio = first_file(self.folder, f"audios/{file}", file)
        return Description(self.name, clip, caption, "caption", audio, self.licence)


def clip_of(row: Row) -> tuple[str, str]:
    """A row's YouTube id and the name of its clip's file; raises `LeftOut` for a malformed one."""
    clip = row.cells["ytid"]
    if not YOUTUBE_ID.fullmatch(clip):
        raise row.malformed("ytid", f"{clip[:40]!r} is not a YouTube id")
    start, end = (_whole_seconds(row, column) for column in ("start_s", "end_s"))
    return clip, f"[{clip}]-[{start}-{end}].wav"


def _whole_seconds(row: Row, column: str) -> int:
    try:
        return int(float(row.cells[column]))
    except (ValueError, OverflowError):
        raise row.malformed(column, f"{row.cells[column][:40]!r} is not a number") from None
