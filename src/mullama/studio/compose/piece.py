"""A piece as it is written down: notes in parts, and the facts that the composer decided.

It does not know how the piece was composed or how it will sound; what of these facts can be heard
in a mix is decided in `render.py`.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Role = Literal["drums", "bass", "chords", "pad", "melody", "counter"]
Metre = Literal["3/4", "4/4", "6/8"]
METRES: tuple[Metre, ...] = ("3/4", "4/4", "6/8")


class Note(NamedTuple):
    """One note; times in seconds from the start of the piece, pitch and velocity as in MIDI."""

    start: float
    duration: float
    pitch: int
    velocity: int


@dataclass(frozen=True)
class Part:
    """What one instrument plays."""

    instrument: str
    program: int
    role: Role
    notes: tuple[Note, ...]
    pulse: bool = True
    """Whether its onsets mark the beat (a held chord does not)."""


@dataclass(frozen=True)
class Piece:
    """A composed piece with everything that its composer knows about it."""

    seed: int
    style: str | None
    """None where it is in no style in particular."""
    tempo_bpm: int
    """Beats per minute; in 6/8 the beat is the dotted quarter."""
    metre: Metre
    tonic: int
    """Pitch class of the key note, C = 0."""
    minor: bool
    parts: tuple[Part, ...]
    seconds: float
    """How long the notes go on; the last ones may ring beyond."""
    signature: frozenset[Role]
    """Roles without which the style cannot be recognised."""
    keyed: bool = True
    """Whether `tonic` and `minor` are known."""
