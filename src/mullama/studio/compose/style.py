"""What makes a style: its tempos, metres, progressions, patterns and instruments, as data.

The tables stand in `band_styles.py` and `acoustic_styles.py`; how they become notes is the
composer's business.

Patterns are strings with one character for each sixteenth note of a bar; "-" holds the note
before, "." is a rest. Drums: "X" accented, "x" plain, "o" soft. Bass: r root, 3 third, 5 fifth,
7 seventh or sixth, 8 octave, a the step that leads into the next chord. Comping: x chord, X
accented chord, s short chord, 0 to 4 one voice of the chord from below, b its bass note.
"""

from dataclasses import dataclass, field

from mullama.studio.compose.piece import Metre, Role

Beat = dict[str, str]
"""Drum letter (see `DRUM_PITCHES`) -> pattern."""
Pool = dict[str, float]
"""Instrument -> relative weight."""

DRUM_PITCHES = {
    "D": 35,
    "K": 36,
    "J": 37,
    "S": 38,
    "C": 39,
    "E": 40,
    "L": 41,
    "H": 42,
    "P": 44,
    "N": 47,
    "O": 46,
    "U": 50,
    "Y": 49,
    "R": 51,
    "B": 53,
    "T": 54,
    "W": 56,
    "I": 62,
    "G": 63,
    "A": 64,
    "M": 70,
    "V": 75,
    "Z": 81,
}
"""Drum letter -> note of the General MIDI percussion map."""


@dataclass(frozen=True)
class Style:
    """One style; weights and chances are relative and need not add up to one."""

    name: str
    tempos: dict[Metre, tuple[int, int]]
    """Slowest and fastest tempo in beats per minute; in 6/8 the beat is the dotted quarter."""
    metres: dict[Metre, float]
    minor: float
    """Chance of a minor key."""
    major_lines: tuple[str, ...]
    """Four-chord progressions in roman numerals that begin on the tonic."""
    minor_lines: tuple[str, ...]
    signature: frozenset[Role]
    """Roles without which the style cannot be recognised."""
    chords: Pool
    comping: dict[Metre, tuple[str, ...]]
    melodies: Pool
    density: float
    """How many of a melody's possible notes sound, between 0 and 1."""
    drums: float = 0.0
    """Chance of drums."""
    kits: tuple[int, ...] = (0,)
    beats: dict[Metre, tuple[Beat, ...]] = field(default_factory=dict)
    bass: Pool = field(default_factory=dict)
    bass_lines: dict[Metre, tuple[str, ...]] = field(default_factory=dict)
    bass_chance: float = 1.0
    pads: Pool = field(default_factory=dict)
    pad_lines: dict[Metre, tuple[str, ...]] = field(default_factory=dict)
    """Patterns of the second harmonic layer; where none are given it holds its chords."""
    pad_chance: float = 0.5
    melody_chance: float = 0.8
    counter_chance: float = 0.2
    swing: tuple[float, float] = (0.5, 0.5)
    voicing: str = "close"
    """"close" or "power"."""
    bluesy: bool = False
    """Whether major melodies take the lowered seventh."""
    legato: float = 0.9
    """Share of its time for which a melody note sounds."""
