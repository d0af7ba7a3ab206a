"""The instrument words: how each is called, which General MIDI programs sound it, where it plays.

A word is what can be told by ear, so it covers several programs (a nylon and a steel string are
both "acoustic guitar"). Singers are among them, though no program sings. This file does not know which
style uses an instrument, nor any sound.
"""

from dataclasses import dataclass
from typing import Literal

Touch = Literal["struck", "sustained"]


@dataclass(frozen=True)
class Instrument:
    """One word of the vocabulary."""

    name: str
    """The word in questions and answers."""
    programs: tuple[int, ...]
    """General MIDI programs, counted from zero (kits for drums); every bank has the first. None for singers."""
    low: int
    """Lowest MIDI pitch it plays here."""
    high: int
    """Highest MIDI pitch it plays here."""
    touch: Touch
    """Struck or plucked sounds die away by themselves; sustained ones last as long as the note."""
    voices: int
    """How many notes it plays at once at most; 1 for winds and bowed strings."""
    level_db: float = 0.0
    """How much softer or louder than its role asks it usually stands in a mix, in dB."""


DRUMS = "drums"
FEMALE_SINGER, MALE_SINGER = "female singer", "male singer"
SINGERS = (FEMALE_SINGER, MALE_SINGER)
"""Those that sing words, each alone; no bank has them."""
CHOIR = "choir"
VOCALS = (*SINGERS, CHOIR)
"""All that is sung."""

_TABLE = (
    Instrument(FEMALE_SINGER, (), 56, 77, "sustained", 1, 2.0),
    Instrument(MALE_SINGER, (), 44, 67, "sustained", 1, 2.0),
    Instrument("piano", (0, 1), 33, 96, "struck", 5),
    Instrument("electric piano", (4, 5), 36, 91, "struck", 5),
    Instrument("harpsichord", (6,), 36, 86, "struck", 4),
    Instrument("vibraphone", (11,), 53, 89, "struck", 4),
    Instrument("marimba", (12,), 48, 89, "struck", 3),
    Instrument("organ", (16, 17, 18, 19), 36, 91, "sustained", 4),
    Instrument("accordion", (21, 23), 48, 88, "sustained", 4),
    Instrument("harmonica", (22,), 60, 88, "sustained", 2),
    Instrument("acoustic guitar", (24, 25), 40, 81, "struck", 5),
    Instrument("electric guitar", (27, 26, 28), 40, 84, "struck", 4),
    Instrument("distorted guitar", (30, 29), 40, 84, "sustained", 3),
    Instrument("double bass", (32,), 28, 55, "struck", 1),
    Instrument("electric bass", (33, 34), 28, 55, "struck", 1),
    Instrument("synth bass", (38, 39), 28, 55, "struck", 1),
    Instrument("violin", (40,), 55, 93, "sustained", 1),
    Instrument("cello", (42,), 36, 72, "sustained", 1),
    Instrument("harp", (46,), 40, 93, "struck", 5),
    Instrument("string section", (48, 49), 40, 88, "sustained", 4),
    Instrument(CHOIR, (52, 53), 48, 79, "sustained", 4),
    Instrument("trumpet", (56,), 55, 84, "sustained", 1),
    Instrument("trombone", (57,), 40, 70, "sustained", 1),
    Instrument("brass section", (61,), 46, 82, "sustained", 4),
    Instrument("saxophone", (66, 65, 64), 49, 80, "sustained", 1),
    Instrument("clarinet", (71,), 50, 86, "sustained", 1),
    Instrument("flute", (73,), 60, 93, "sustained", 1),
    Instrument("synth lead", (81, 80), 48, 88, "sustained", 3),
    Instrument("synth pad", (89, 90, 88, 95), 45, 84, "sustained", 4),
    Instrument(DRUMS, (0, 8, 16, 24, 25, 32, 40, 48), 27, 87, "struck", 8),
)

INSTRUMENTS: dict[str, Instrument] = {entry.name: entry for entry in _TABLE}
"""Every instrument by its word, in the order in which answers list them."""


def in_listing_order(names: set[str] | frozenset[str]) -> tuple[str, ...]:
    """The words of `names` in the order in which answers list them."""
    return tuple(name for name in INSTRUMENTS if name in names)
