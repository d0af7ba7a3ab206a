"""ACE-Step 1: x.mp3, x_prompt.txt with tags between commas, and x_lyrics.txt, all in one folder.

Read by convert2hf_dataset.py of https://github.com/ace-step/ACE-Step: it looks for `*.mp3` in one folder,
passes over a sound without either file, and splits the prompt at ", ".
"""

from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.sidecars import Sidecars, number, stem
from mullama.catalogue.record import SEPARATOR, CaptionRecord

NAME, PROMPT, LYRICS = "ace-step", "_prompt.txt", "_lyrics.txt"
READ = ".mp3"


def write_ace_step(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """Two files a sound; that of the words is empty, unless the user has put them there.

    Nothing here hears words, and without the file the trainer would pass over the sound.
    """
    files = Sidecars(NAME, to, (PROMPT, LYRICS), flat=not to.options.beside)
    for record, sound in files.placed(records):
        if sound.suffix != READ:
            files.note("no .mp3, which ACE-Step's converter passes over", record)
        files.write(sound, PROMPT, prompt(record))
        if not Path(stem(sound) + LYRICS).is_file():
            files.write(sound, LYRICS, "")
    return [files.folder]


def prompt(record: CaptionRecord) -> str:
    """The sure facts as tags; a template's text as it is; the caption where nothing is sure."""
    if not record.text.endswith(record.caption):
        return record.text
    facts = [record.sure(name) for name in ("style", "mood", "instruments")]
    tags = [tag for fact in facts if fact for tag in fact.split(SEPARATOR)]
    tags += [] if record.bpm is None else [f"{number(record.bpm)} bpm"]
    tags += [] if record.keyscale is None else [record.keyscale]
    if not tags:
        return record.text
    return SEPARATOR.join([record.trigger, *tags] if record.trigger else tags)
