"""Hugging Face's audiofolder: the sounds, and a metadata.jsonl whose `file_name` says which line is whose.

`datasets.load_dataset("audiofolder", data_dir=...)` reads it. The format:
https://huggingface.co/docs/datasets/audio_dataset#audiofolder-with-metadata.
"""

from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.rows import row
from mullama.catalogue.formats.sidecars import Sidecars
from mullama.catalogue.record import CaptionRecord
from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.jsonl import to_line

NAME, FILE = "audiofolder", "metadata.jsonl"


def write_audiofolder(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """The folder, with every sound in it. Raises UsageError where no sounds are to be put there."""
    if to.options.sounds == "none" or to.options.beside:
        raise UsageError("an audiofolder holds its sounds: let them be linked or copied (--sounds)")
    files = Sidecars(NAME, to, ())
    with atomic_file(files.folder / FILE, parents=True) as part, part.open("wb") as metadata:
        for record, sound in files.placed(records):
            name = sound.relative_to(files.folder).as_posix()
            metadata.write(to_line({"file_name": name, **row(record)}))
    return [files.folder]
