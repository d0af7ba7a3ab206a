"""What is asked of every song, and an answer in the model's words -> the value of a field.

Questions are worded as the small model and MusicQA know them. Does not know models.
"""

from collections.abc import Callable, Mapping

from mullama.answer.answer import CAPTIONS
from mullama.catalogue.record import INSTRUMENTAL, SEPARATOR, TOPICS
from mullama.studio.words.parsing import (
    parse_cannot_tell,
    parse_instruments,
    parse_key,
    parse_metre,
    parse_mood,
    parse_singers,
    parse_style,
    parse_tempo,
    parse_yes_no,
)

FIELD_QUESTIONS = {
    "tempo": "What is the tempo in BPM?",
    "key": "What is the key?",
    "metre": "What is the time signature?",
    "instruments": "Which instruments play?",
    "style": "What is the style?",
    "mood": "What is the mood?",
    "drums": "Are there drums?",
    "vocals": "Is anybody singing?",
}
assert tuple(FIELD_QUESTIONS) == TOPICS


def all_questions(asked: Mapping[str, str]) -> dict[str, str]:
    """Name -> question: both captions, the fields, and what is asked besides."""
    return {**CAPTIONS, **FIELD_QUESTIONS, **asked}


def read_value(name: str, text: str) -> str | None:
    """The value that an answer gives a field; None where it says that it cannot tell, or nothing known."""
    read = READERS.get(name)
    if read is not None:
        return read(text)
    return None if not text.strip() or parse_cannot_tell(text) else text.strip()


def _tempo(text: str) -> str | None:
    bpm = parse_tempo(text)
    return None if bpm is None else str(bpm)


def _instruments(text: str) -> str | None:
    return SEPARATOR.join(parse_instruments(text)) or None


def _drums(text: str) -> str | None:
    says = parse_yes_no(text)
    return None if says is None else "yes" if says else "no"


def _vocals(text: str) -> str | None:
    singers = parse_singers(text)
    return None if singers is None else SEPARATOR.join(singers) or INSTRUMENTAL


READERS: dict[str, Callable[[str], str | None]] = {
    "tempo": _tempo,
    "key": parse_key,
    "metre": parse_metre,
    "instruments": _instruments,
    "style": parse_style,
    "mood": parse_mood,
    "drums": _drums,
    "vocals": _vocals,
}
"""Also what tells whether a sentence speaks of that field."""
