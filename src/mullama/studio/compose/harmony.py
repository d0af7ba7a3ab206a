"""Keys and chords: from roman numerals in a key to pitches in a register.

It knows nothing of rhythm or instruments.
"""

import re
from dataclasses import dataclass

_MAJOR_NAMES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B")

_NUMERAL = re.compile(r"(b?)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(.*)")
_DEGREES = {"I": 0, "II": 2, "III": 4, "IV": 5, "V": 7, "VI": 9, "VII": 11}
_QUALITIES: dict[tuple[bool, str], tuple[int, ...]] = {
    (True, ""): (0, 4, 7),
    (True, "7"): (0, 4, 7, 10),
    (True, "maj7"): (0, 4, 7, 11),
    (True, "6"): (0, 4, 7, 9),
    (True, "9"): (0, 4, 10, 14),
    (True, "sus4"): (0, 5, 7),
    (False, ""): (0, 3, 7),
    (False, "7"): (0, 3, 7, 10),
    (False, "9"): (0, 3, 10, 14),
    (False, "6"): (0, 3, 7, 9),
    (False, "o"): (0, 3, 6),
    (False, "h7"): (0, 3, 6, 10),
}

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MIXOLYDIAN_SCALE = (0, 2, 4, 5, 7, 9, 10)
NATURAL_MINOR_SCALE = (0, 2, 3, 5, 7, 8, 10)


def key_name(tonic: int, minor: bool) -> str:
    """Name of a key in ASCII, for example "Eb major" or "F# minor"; `tonic` is a pitch class."""
    names = _MINOR_NAMES if minor else _MAJOR_NAMES
    return f"{names[tonic % 12]} {'minor' if minor else 'major'}"


def all_keys() -> tuple[str, ...]:
    """The 24 key names, major keys first, each upwards from C."""
    return tuple(key_name(tonic, minor) for minor in (False, True) for tonic in range(12))


@dataclass(frozen=True)
class Chord:
    """A chord in a key."""

    root: int
    """Pitch class of the root, C = 0."""
    intervals: tuple[int, ...]
    """Semitones of its notes above the root."""

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Its notes as pitch classes, root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


def chord(numeral: str, tonic: int) -> Chord:
    """The chord that a roman numeral such as "ii7", "V7" or "bVI" names in the key of `tonic`.

    Degrees count in the major scale also where the key is minor, so that the submediant of a
    minor key is "bVI".
    """
    match = _NUMERAL.fullmatch(numeral)
    if match is None:
        raise ValueError(f"not a roman numeral: {numeral!r}")
    flat, degree, quality = match.groups()
    semitones = _DEGREES[degree.upper()] - len(flat)
    return Chord((tonic + semitones) % 12, _QUALITIES[degree.isupper(), quality])


def progression(numerals: str, tonic: int) -> list[Chord]:
    """The chords of a line such as "I vi IV V" in the key of `tonic`."""
    return [chord(numeral, tonic) for numeral in numerals.split()]


def scale_of(minor: bool, *, bluesy: bool, over: Chord, tonic: int) -> tuple[int, ...]:
    """Pitch classes that a melody in this key may use over a chord.

    In minor the leading tone replaces the seventh degree wherever the chord holds it.
    """
    steps = NATURAL_MINOR_SCALE if minor else (MIXOLYDIAN_SCALE if bluesy else MAJOR_SCALE)
    classes = [(tonic + step) % 12 for step in steps]
    leading = (tonic + 11) % 12
    if leading in over.pitch_classes:
        classes[6] = leading
    return tuple(classes)


def place(pitch_class: int, near: int, low: int, high: int) -> int:
    """The pitch of a pitch class that is nearest to `near` within low .. high."""
    pitch = near + (pitch_class - near + 6) % 12 - 6
    while pitch < low:
        pitch += 12
    while pitch > high:
        pitch -= 12
    return pitch


def voicing(over: Chord, centre: int, voices: int, low: int, high: int) -> tuple[int, ...]:
    """A close voicing around `centre`, lowest note first; the fifth is the first to be left out."""
    classes = list(over.pitch_classes)
    if len(classes) > voices:
        fifth = (over.root + 7) % 12
        classes = [c for c in classes if c != fifth] if fifth in classes else classes
        classes = classes[-voices:] if voices < 3 else classes[:voices]
    return tuple(sorted({place(c, centre, low, high) for c in classes}))


def power_chord(over: Chord, low: int) -> tuple[int, ...]:
    """Root, fifth and octave, with the root in the octave above `low`."""
    root = low + (over.root - low) % 12
    return (root, root + 7, root + 12)
