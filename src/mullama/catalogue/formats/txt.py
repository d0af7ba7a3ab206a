"""x.txt beside x.mp3, holding nothing but the text. ACE-Step 1.5 and others take such a file for lyrics."""

from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.sidecars import Sidecars
from mullama.catalogue.record import CaptionRecord

NAME, SUFFIX = "txt", ".txt"
WARNING = "txt: a plain .txt beside a song is lyrics to some trainers (ACE-Step 1.5): use their own format"


def write_txt(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """A file a sound; says each time what it may be taken for."""
    to.warn(WARNING)
    files = Sidecars(NAME, to, (SUFFIX,))
    for record, sound in files.placed(records):
        files.write(sound, SUFFIX, record.text)
    return [files.folder]
