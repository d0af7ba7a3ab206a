"""Words back into facts: what an answer claims, so that it can be scored against the truth.

It reads the wordings of `describe.py` and close variants of them; it does not judge.
"""

import re
from functools import cache

from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import key_name
from mullama.studio.compose.piece import METRES
from mullama.studio.instruments import INSTRUMENTS, VOCALS, in_listing_order
from mullama.studio.truth import MOODS

_TEMPO = re.compile(r"\b(\d{2,3})(?:\.\d+)?\s*(?:BPM|beats per minute)", re.IGNORECASE)
_KEY = re.compile(r"\b([A-G])(#|b|-sharp|-flat| sharp| flat)?[ -](major|minor)\b", re.IGNORECASE)
_NO_VOICE = re.compile(
    r"\b(?:nobody|no one|no-one) (?:sings|is singing)\b|\binstrumental\b"
    r"|\bno (?:(?:fe)?male )?(?:vocals?|singing|singers?|voices?)\b",
    re.IGNORECASE,
)
_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


_CANNOT_TELL = re.compile(
    r"\b(?:can(?:no|')t|cannot|could not|couldn't|unable to|(?:not|im)possible to|hard to|difficult to)"
    r"\s+(?!be\s+heard)(?:be\s+)?(?:\w+ly\s+)?(?:tell|told|say|said|determine|identif|hear|know|infer|specif|answer)"
    r"|\b(?:unclear|unknown|unspecified|not sure|don't know|do not know)\b"
    r"|\bnot\s+(?:\w+ly\s+)?(?:clear|specified|provided|mentioned|given|stated|known|discernible)\b"
    r"|\bno (?:clear|information)\b",
    re.IGNORECASE,
)


def parse_cannot_tell(text: str) -> bool:
    """Whether a text says that something cannot be told."""
    return _CANNOT_TELL.search(text) is not None


def parse_yes_no(text: str) -> bool | None:
    """True for an answer that begins with Yes, False for No, None otherwise."""
    match = re.match(r"\W*(yes|no)\b", text, re.IGNORECASE)
    return None if match is None else match.group(1).lower() == "yes"


def parse_tempo(text: str) -> int | None:
    """The first tempo in beats per minute that a text names."""
    match = _TEMPO.search(text)
    return None if match is None else int(match.group(1))


def parse_metre(text: str) -> str | None:
    """The first of the known time signatures that a text names."""
    match = re.search("|".join(re.escape(metre) for metre in METRES), text)
    return None if match is None else match.group(0)


def parse_key(text: str) -> str | None:
    """The first key that a text names, spelt as truths spell it ("A# minor" gives "Bb minor")."""
    match = _KEY.search(text)
    if match is None:
        return None
    letter, accidental, mode = match.groups()
    accidental = (accidental or "").strip(" -").lower()
    shift = {"": 0, "#": 1, "sharp": 1, "b": -1, "flat": -1}[accidental]
    tonic = (_PITCH_CLASSES[letter.upper()] + shift) % 12
    return key_name(tonic, mode.lower() == "minor")


def parse_instruments(text: str) -> tuple[str, ...]:
    """The instruments that a text says are there, in listing order.

    Longer names win ("electric piano" is no piano); names after "no" or "without" do not count.
    """
    found = {name.lower() for denied, name in _named().findall(text) if not denied}
    return in_listing_order(found)


def parse_singers(text: str) -> tuple[str, ...] | None:
    """Who sings as a text says, a choir included: empty if it is instrumental, None if it does not say."""
    named = tuple(name for name in parse_instruments(text) if name in VOCALS)
    return named or (() if _NO_VOICE.search(text) else None)


def names_one_twice(text: str) -> bool:
    """Whether a text says of an instrument more than once that it is there."""
    found = [name.lower() for denied, name in _named().findall(text) if not denied]
    return len(found) != len(set(found))


def parse_style(text: str) -> str | None:
    """The first style that a text names."""
    return _first_word(text, tuple(STYLES))


def parse_mood(text: str) -> str | None:
    """The first mood word that a text uses."""
    return _first_word(text, MOODS)


def _first_word(text: str, words: tuple[str, ...]) -> str | None:
    match = _any_of(words).search(text)
    return None if match is None else match.group(1).lower()


@cache
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


@cache
def _named() -> re.Pattern[str]:
    names = sorted(INSTRUMENTS, key=len, reverse=True)
    return re.compile(
        rf"\b(no |without |without a |not a )?({'|'.join(map(re.escape, names))})s?\b",
        re.IGNORECASE,
    )
