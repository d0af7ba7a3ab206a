"""Who plays what: instruments on roles, from a soloist to a full band.

Most pieces take instruments that suit their style; a share of them has guests from anywhere, so
that an instrument cannot be guessed from the style. It knows no notes.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mullama.studio.compose.piece import Role
from mullama.studio.compose.style import Pool, Style
from mullama.studio.instruments import DRUMS, INSTRUMENTS, SINGERS

SOLO_SHARE = 0.08
DUO_SHARE = 0.11
_GUEST_MELODY = 0.3
_GUEST_CHORDS = 0.15
_GUEST_PAD = 0.16
SUNG_SHARE, DUET_SHARE = 0.75, 0.2
"""Of songs: in how many somebody sings, and in how many of those two people do."""

_BASSES = ("double bass", "electric bass", "synth bass")
_CHORDAL: Pool = {
    "piano": 0.6,
    "electric piano": 1.0,
    "harpsichord": 1.2,
    "vibraphone": 1.0,
    "marimba": 1.4,
    "organ": 0.7,
    "accordion": 0.8,
    "harp": 1.2,
    "acoustic guitar": 0.5,
    "electric guitar": 0.4,
}
_SINGING: Pool = {
    "piano": 0.3,
    "electric piano": 0.3,
    "vibraphone": 0.6,
    "marimba": 1.2,
    "harmonica": 0.9,
    "violin": 0.5,
    "cello": 1.5,
    "trumpet": 0.4,
    "trombone": 0.9,
    "saxophone": 0.4,
    "clarinet": 1.0,
    "flute": 0.4,
    "synth lead": 0.6,
    "accordion": 0.4,
    "distorted guitar": 0.5,
    "choir": 0.3,
}
_HOLDING: Pool = {
    "string section": 0.8,
    "choir": 1.3,
    "synth pad": 1.2,
    "organ": 0.6,
    "brass section": 0.8,
    "accordion": 0.3,
}


@dataclass(frozen=True)
class Seat:
    """One instrument on one role."""

    role: Role
    instrument: str
    sings: bool = False
    """Whether a chord instrument plays the melody too, as soloists do."""


def _draw(rng: random.Random, pool: Pool, taken: list[Seat]) -> str | None:
    free = {name: w for name, w in pool.items() if name not in {s.instrument for s in taken}}
    return rng.choices(list(free), weights=list(free.values()))[0] if free else None


def _guest_or(rng: random.Random, chance: float, guests: Pool, own: Pool) -> Pool:
    return guests if rng.random() < chance else own


def arrange(rng: random.Random, style: Style) -> tuple[Seat, ...]:
    """Seats for a piece of a style; no instrument sits twice."""
    texture = rng.random()
    if texture < SOLO_SHARE:
        return _solo(rng, style)
    if texture < SOLO_SHARE + DUO_SHARE:
        return _duo(rng, style)
    return _band(rng, style)


def _solo(rng: random.Random, style: Style) -> tuple[Seat, ...]:
    if style.drums > 0.5 and rng.random() < 0.12:
        return (Seat("drums", DRUMS),)
    if rng.random() < 0.6:
        instrument = _draw(rng, _guest_or(rng, 0.7, _CHORDAL, _playable(style.chords)), [])
        return (Seat("chords", instrument or "piano", sings=True),)
    return (Seat("melody", _draw(rng, _SINGING, []) or "violin"),)


def _playable(pool: Pool) -> Pool:
    return {n: w for n, w in pool.items() if INSTRUMENTS[n].voices > 2} or _CHORDAL


def _duo(rng: random.Random, style: Style) -> tuple[Seat, ...]:
    kind = rng.random()
    seats: list[Seat] = []

    def sit(role: Role, pool: Pool) -> None:
        instrument = _draw(rng, pool, seats)
        if instrument is not None:
            seats.append(Seat(role, instrument))

    if kind < 0.15 and style.drums > 0.5:
        seats.append(Seat("drums", DRUMS))
        sit("bass", style.bass)
        return tuple(seats)
    if kind < 0.3 and style.bass:
        sit("bass", style.bass)
    if kind < 0.85 or not seats:
        sit("chords", _guest_or(rng, 0.4, _CHORDAL, _playable(style.chords)))
    if len(seats) < 2:
        sit("melody", _guest_or(rng, 0.4, _SINGING, style.melodies))
    return tuple(seats)


def _band(rng: random.Random, style: Style) -> tuple[Seat, ...]:
    seats: list[Seat] = []

    def sit(role: Role, chance: float, pool: Pool) -> None:
        instrument = _draw(rng, pool, seats) if rng.random() < chance else None
        if instrument is not None:
            seats.append(Seat(role, instrument))

    if rng.random() < style.drums:
        seats.append(Seat("drums", DRUMS))
    sit("bass", style.bass_chance if style.bass else 0.0, _any_bass(rng, style))
    essential = "chords" in style.signature
    guests = 0.0 if style.voicing == "power" else _GUEST_CHORDS
    sit("chords", 1.0 if essential else 0.85, _guest_or(rng, guests, _CHORDAL, style.chords))
    sit("melody", style.melody_chance, _guest_or(rng, _GUEST_MELODY, _SINGING, style.melodies))
    sit("pad", style.pad_chance, _guest_or(rng, _GUEST_PAD, _HOLDING, style.pads))
    sit("counter", style.counter_chance, _guest_or(rng, 0.4, _SINGING, style.melodies))
    return tuple(seats)


def with_singers(rng: random.Random, seats: Sequence[Seat]) -> tuple[Seat, ...]:
    """The seats of a song: a singer has the melody in place of an instrument.

    Some stay without one, so that nothing but the voice tells whether there is one.
    """
    if rng.random() >= SUNG_SHARE:
        return (*seats,)
    first, second = rng.sample(SINGERS, 2)
    rest = [replace(seat, sings=False) for seat in seats if seat.role != "melody"]
    if rng.random() < DUET_SHARE:
        rest = [seat for seat in rest if seat.role != "counter"] + [Seat("counter", second)]
    return (*rest, Seat("melody", first))


def _any_bass(rng: random.Random, style: Style) -> Pool:
    if rng.random() < 0.12 and any(name in _BASSES for name in style.bass):
        return dict.fromkeys(_BASSES, 1.0)
    return style.bass
