"""Drums, bass and comping: from the patterns of a style to tones on the raster.

It reads the pattern language of `style.py` and knows no seconds and no instruments.
"""

import random
from collections.abc import Callable, Iterator

from mullama.studio.compose.grid import Grid
from mullama.studio.compose.harmony import Chord, place
from mullama.studio.compose.melody import Tone
from mullama.studio.compose.style import DRUM_PITCHES, Beat

_DRUM_ACCENTS = {"X": 1.15, "x": 0.95, "o": 0.6}
_CRASH = 49
_FILL_DRUMS = (38, 50, 47, 41)


def _symbols(pattern: str) -> Iterator[tuple[int, str, int]]:
    """Position, symbol and length in steps of everything that sounds in a pattern."""
    for position, symbol in enumerate(pattern):
        if symbol in "-.":
            continue
        length = 1
        while position + length < len(pattern) and pattern[position + length] == "-":
            length += 1
        yield position, symbol, length


def _bar_patterns(
    rng: random.Random, patterns: tuple[str, ...], bars: int, line_bars: int
) -> list[str]:
    """A pattern for each bar: one throughout, now and then another one at the end of a line."""
    main = rng.choice(patterns)
    other = rng.choice(patterns) if rng.random() < 0.35 else main
    return [other if bar % line_bars == line_bars - 1 else main for bar in range(bars)]


def drum_tones(
    rng: random.Random, grid: Grid, beats: tuple[Beat, ...], bars: int, line_bars: int
) -> list[Tone]:
    """Drum tones of all bars, with small changes, fills at line ends and crashes at line starts."""
    beat = dict(rng.choice(beats))
    if rng.random() < 0.3:
        donor = rng.choice(beats)
        shared = [letter for letter in "HROM" if letter in beat and letter in donor]
        beat.update({letter: donor[letter] for letter in shared})
    fills, crashes = rng.random() < 0.5, rng.random() < 0.4
    ghosts = rng.random() * 0.12
    tones: list[Tone] = []
    for bar in range(bars):
        start = bar * grid.steps_per_bar
        filling = fills and bar % line_bars == line_bars - 1 and rng.random() < 0.6
        fill_from = grid.steps_per_bar - grid.steps_per_beat if filling else grid.steps_per_bar
        for letter, pattern in beat.items():
            for position, symbol, _ in _symbols(pattern):
                if position < fill_from:
                    tones.append(
                        Tone(start + position, 1, DRUM_PITCHES[letter], _DRUM_ACCENTS[symbol])
                    )
        for position in range(fill_from, grid.steps_per_bar):
            if rng.random() < 0.8:
                drum = _FILL_DRUMS[(position - fill_from) * 4 // grid.steps_per_beat % 4]
                tones.append(Tone(start + position, 1, drum, 0.95))
        if "S" in beat and rng.random() < ghosts * 4:
            position = rng.randrange(1, grid.steps_per_bar, 2)
            tones.append(Tone(start + position, 1, DRUM_PITCHES["S"], 0.5))
        if crashes and bar % line_bars == 0:
            tones.append(Tone(start, 1, _CRASH, 1.0))
    return tones


def _bass_pitch(
    symbol: str, over: Chord, following: Chord, low: int, scale: tuple[int, ...]
) -> int:
    root = low + (over.root - low) % 12
    by_index = {"r": 0, "3": 1, "5": 2}
    if symbol in by_index:
        pitch = root + over.intervals[min(by_index[symbol], len(over.intervals) - 1)]
        return pitch - 12 if pitch > low + 17 else pitch
    if symbol == "7":
        return root + (over.intervals[3] if len(over.intervals) > 3 else 9)
    if symbol == "8":
        return root + 12
    target = place(following.root, root, low, low + 17)
    step_above = next(s for s in (1, 2) if s == 2 or (target + s) % 12 in scale)
    step_below = next(s for s in (1, 2) if s == 2 or (target - s) % 12 in scale)
    return target - step_below if target - step_below >= low else target + step_above


def bass_tones(
    rng: random.Random,
    grid: Grid,
    patterns: tuple[str, ...],
    bars: int,
    line_bars: int,
    chord_at: Callable[[int], Chord],
    scale_at: Callable[[int], tuple[int, ...]],
    low: int,
) -> list[Tone]:
    """A bass line whose roots lie in the octave above `low`; each chord begins on its root."""
    chosen = _bar_patterns(rng, patterns, bars, line_bars)
    tones = []
    for bar, pattern in enumerate(chosen):
        start = bar * grid.steps_per_bar
        sounding: Chord | None = None
        for position, symbol, length in _symbols(pattern):
            step = start + position
            over = chord_at(step)
            wanted = "r" if over != sounding and symbol != "a" else symbol
            sounding = over
            pitch = _bass_pitch(wanted, over, chord_at(step + length), low, scale_at(step))
            accent = 1.08 if position == 0 else 0.96
            tones.append(Tone(step, float(length), pitch, accent))
    return tones


def comping_tones(
    rng: random.Random,
    grid: Grid,
    patterns: tuple[str, ...],
    bars: int,
    line_bars: int,
    chord_at: Callable[[int], Chord],
    voices_of: Callable[[Chord], tuple[int, ...]],
    low: int,
) -> list[Tone]:
    """Chords, arpeggios and stabs; `voices_of` gives the pitches of a chord, lowest first.

    A held chord is struck again where the harmony changes under it.
    """
    tones: list[Tone] = []
    for bar, pattern in enumerate(_bar_patterns(rng, patterns, bars, line_bars)):
        start = bar * grid.steps_per_bar
        for position, symbol, length in _symbols(pattern):
            for step, steps in _split_at_changes(start + position, length, chord_at):
                over = chord_at(step)
                voices = voices_of(over)
                accent = {"X": 1.1, "s": 0.95}.get(symbol, 1.0 if position == 0 else 0.93)
                if symbol.isdigit():
                    index = int(symbol)
                    octave, index = divmod(index, len(voices))
                    pitches: tuple[int, ...] = (voices[index] + 12 * octave,)
                elif symbol == "b":
                    pitches = (place(over.root, voices[0] - 9, low, low + 127),)
                else:
                    pitches = voices
                duration = 0.7 * steps if symbol == "s" else float(steps)
                tones.extend(Tone(step, duration, pitch, accent) for pitch in pitches)
    return tones


def _split_at_changes(
    step: int, length: int, chord_at: Callable[[int], Chord]
) -> Iterator[tuple[int, int]]:
    begin = step
    for now in range(step + 1, step + length):
        if chord_at(now) != chord_at(begin):
            yield begin, now - begin
            begin = now
    yield begin, step + length - begin
