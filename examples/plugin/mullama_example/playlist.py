"""captions.m3u8: a playlist in UTF-8 whose titles are captions, so that any player shows what is heard.

The format: a line `#EXTM3U`, then `#EXTINF:<seconds>,<title>` above the path of each sound, where a length
of -1 is unknown.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.record import CaptionRecord
from mullama.jobs.atomic import write_bytes

FILE = "captions.m3u8"


def write_playlist(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """One file. A sound inside an archive has no path that a player could open: it is left out and told."""
    lines, inside = ["#EXTM3U"], 0
    for record in records:
        sound = to.audio.file(record)
        if sound is None:
            inside += 1
            continue
        seconds = -1 if record.seconds is None else round(record.seconds)
        title = " ".join(record.text.split())
        lines += [f"#EXTINF:{seconds},{title}", str(sound.resolve())]
    if inside:
        to.warn(f"m3u8: {inside} sounds lie inside archives and are left out")
    path = to.folder / FILE
    # A file's name may be no UTF-8: its bytes are what a player has to open.
    write_bytes(path, os.fsencode("\n".join([*lines, ""])), parents=True)
    return [path]
