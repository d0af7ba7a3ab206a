"""A caption record -> the texts of a file's tags. Does not know files."""

import re

from mullama.catalogue.record import CaptionRecord

FIELDS = ("tempo", "key", "mood", "genre", "comment")
_KEY = re.compile(r"([A-G][#b]?) (major|minor)")


def wanted(record: CaptionRecord) -> dict[str, str]:
    """Field -> text, of what the model is sure; a comment is the caption, without a trigger."""
    found = {
        "tempo": None if record.bpm is None else str(round(record.bpm)),
        "key": None if record.keyscale is None else short_key(record.keyscale),
        "mood": record.sure("mood"),
        "genre": record.sure("style"),
        "comment": " ".join(record.caption.split()),
    }
    return {name: text for name, text in found.items() if text}


def short_key(keyscale: str) -> str | None:
    """ "F#m" of "F# minor": the form of ID3's TKEY, which players and DJ software read everywhere."""
    match = _KEY.fullmatch(keyscale)
    return match and match[1] + ("m" if match[2] == "minor" else "")
