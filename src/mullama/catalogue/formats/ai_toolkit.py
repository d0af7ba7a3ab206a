"""x.txt beside x.mp3 as ai-toolkit's ACE-Step 1.5 trainer reads it: a text of tags, `<CAPTION>...</CAPTION>`.

Read by `parse_ace_step_caption` in extensions_built_in/audio_models/ace_step/ace_step_15_model.py of
https://github.com/ostris/ai-toolkit. It takes a missing tempo for 120 and a missing length for a second.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from mullama.catalogue.formats.caption_format import Destination
from mullama.catalogue.formats.sidecars import Sidecars, beats, number
from mullama.catalogue.record import CaptionRecord

NAME, SUFFIX = "ai-toolkit", ".txt"
TAGS = ("CAPTION", "LYRICS", "BPM", "KEYSCALE", "TIMESIGNATURE", "DURATION", "LANGUAGE")
_TAG = re.compile(rf"</?(?:{'|'.join(TAGS)})>")


def write_ai_toolkit(records: Iterable[CaptionRecord], to: Destination) -> list[Path]:
    """A file a sound. What the model cannot tell is left out, as are the words and their language."""
    files = Sidecars(NAME, to, (SUFFIX,))
    for record, sound in files.placed(records):
        if record.bpm is None:
            files.note("without a tempo, which ai-toolkit takes for 120", record)
        if record.seconds is None:
            files.note("without a length, which ai-toolkit takes for a second", record)
        files.write(sound, SUFFIX, tagged(record))
    return [files.folder]


def tagged(record: CaptionRecord) -> str:
    """The text, a tag a line."""
    values = {
        "CAPTION": _TAG.sub(" ", record.text),
        "BPM": None if record.bpm is None else str(number(record.bpm)),
        "KEYSCALE": record.keyscale,
        "TIMESIGNATURE": None if record.metre is None else beats(record.metre),
        "DURATION": None if record.seconds is None else str(round(record.seconds)),
    }
    return "".join(f"<{tag}>{text}</{tag}>\n" for tag, text in values.items() if text is not None)
