"""Melodies: rhythm motifs and pitches that follow the chords of a key.

Phrases begin and end so that the key note is heard. This file does not know which instrument
sings, only its range.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from mullama.studio.compose.grid import Grid
from mullama.studio.compose.harmony import Chord, place, scale_of


class Tone(NamedTuple):
    """A note on the raster: position and length in steps, loudness relative to plain."""

    step: int
    length: float
    pitch: int
    accent: float


@dataclass(frozen=True)
class Key:
    """What a melody needs to know of the key."""

    tonic: int
    minor: bool
    bluesy: bool


def rhythm_motif(rng: random.Random, grid: Grid, density: float) -> tuple[int, ...]:
    """Onsets, in steps, within one bar; the first beat is nearly always among them."""
    unit = 2
    if density > 0.8 and grid.beat_seconds * unit / grid.steps_per_beat > 0.33:
        unit = 1
    onsets = []
    for step in range(0, grid.steps_per_bar, unit):
        on_beat = step % grid.steps_per_beat == 0
        chance = 0.45 + 0.5 * density if on_beat else 0.75 * density
        if step == 0:
            chance = 0.92
        if rng.random() < chance:
            onsets.append(step)
    return tuple(onsets) or (0,)


def _turn_back(move: int, pitch: int, low: int, high: int) -> int:
    """The move, or the opposite one where it would lead out of the range or far from its middle."""
    centre = (low + high) // 2
    if pitch + move > min(high, centre + 10):
        return -abs(move)
    if pitch + move < max(low, centre - 10):
        return abs(move)
    return move


def _choose_pitch(
    previous: int, move: int, over: Chord, scale: tuple[int, ...], strong: bool
) -> int:
    """The next pitch: a chord note where the beat is strong, a scale note elsewhere."""
    allowed = over.pitch_classes if strong else scale
    target = previous + move
    candidates = [p for p in range(target - 5, target + 6) if p % 12 in allowed]
    return min(candidates, key=lambda p: (abs(p - target), p))


def compose_melody(
    rng: random.Random,
    grid: Grid,
    chord_at: Callable[[int], Chord],
    bars: int,
    line_bars: int,
    key: Key,
    low: int,
    high: int,
    density: float,
) -> list[Tone]:
    """A melody of `bars` bars in phrases of `line_bars`, between the pitches low and high."""
    motifs = [rhythm_motif(rng, grid, density) for _ in range(2)]
    moves = [[rng.choice((-4, -2, -2, -1, 1, 2, 2, 4, 0)) for _ in range(16)] for _ in range(2)]
    pitch = place(key.tonic, (low + high) // 2, low, high)
    tones: list[Tone] = []
    order = rng.choice(((0, 0, 1), (0, 1, 0), (0, 0, 0), (0, 1, 1)))
    for bar in range(bars):
        place_in_line = bar % line_bars
        which = order[place_in_line % len(order)]
        onsets = motifs[which]
        cadence = place_in_line == line_bars - 1
        if cadence:
            onsets = tuple(s for s in onsets if s <= grid.steps_per_bar // 2) or (0,)
        for index, onset in enumerate(onsets):
            step = bar * grid.steps_per_bar + onset
            over = chord_at(step)
            scale = scale_of(key.minor, bluesy=key.bluesy, over=over, tonic=key.tonic)
            last = index == len(onsets) - 1
            end = grid.steps_per_bar if last else onsets[index + 1]
            if onset == 0 and place_in_line == 0:
                pitch = place(key.tonic + rng.choice((0, 0, 0, 7)), pitch, low, high)
            elif cadence and last and key.tonic in over.pitch_classes:
                pitch = place(key.tonic, pitch, low, high)
            else:
                move = _turn_back(moves[which][index % 16], pitch, low, high)
                strong = onset % grid.steps_per_beat == 0 or end - onset > 4
                pitch = _choose_pitch(pitch, move, over, scale, strong)
                pitch = place(pitch % 12, pitch, low, high)
            accent = 1.08 if onset == 0 else (1.0 if onset % grid.steps_per_beat == 0 else 0.9)
            tones.append(Tone(step, float(end - onset), pitch, accent))
    return tones


def third_below(
    tones: list[Tone], chord_at: Callable[[int], Chord], low: int, high: int
) -> list[Tone]:
    """A second voice: for every tone the nearest chord note at least a minor third below it."""
    result = []
    for tone in tones:
        classes = chord_at(tone.step).pitch_classes
        candidates = [p for p in range(tone.pitch - 9, tone.pitch - 2) if p % 12 in classes]
        if candidates:
            pitch = place(candidates[-1] % 12, candidates[-1], low, high)
            result.append(tone._replace(pitch=pitch))
    return result


def guide_tones(
    slots: list[tuple[int, int]], chord_at: Callable[[int], Chord], low: int, high: int
) -> list[Tone]:
    """A slow line through thirds and fifths of the chords; `slots` are (step, steps) of each."""
    pitch = (low + high) // 2
    result = []
    for step, length in slots:
        classes = chord_at(step).pitch_classes[1:3]
        pitch = min((place(c, pitch, low, high) for c in classes), key=lambda p: abs(p - pitch))
        result.append(Tone(step, float(length), pitch, 1.0))
    return result
