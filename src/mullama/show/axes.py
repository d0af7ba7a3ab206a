"""Where the ticks of a picture stand, and what they say: shares of its width or height, and words."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mullama.listen.encoders.pitches import LOWEST_HZ, PITCH_CLASSES
from mullama.listen.encoders.spectra import BANDS
from mullama.show.lanes import clock
from mullama.show.sights import tempo_rows
from mullama.studio.compose.harmony import MAJOR_SCALE, NATURAL_MINOR_SCALE, all_keys

TIME_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
TIME_TICKS = 7
PITCHES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


@dataclass(frozen=True)
class Tick:
    """A place on an axis."""

    at: float
    """From the left or from the bottom, 0 to 1."""
    text: str
    strong: bool = False


def time_ticks(seconds: float) -> tuple[Tick, ...]:
    """Round instants, at most eight."""
    step = next((step for step in TIME_STEPS if seconds / step <= TIME_TICKS), seconds / TIME_TICKS)
    count = math.floor(seconds / step * (1 + 1e-9))
    return tuple(
        Tick(number * step / seconds, _instant(number * step, step)) for number in range(count + 1)
    )


def pitch_ticks() -> tuple[Tick, ...]:
    """Frequencies on the spectrogram's semitones."""
    names = {100: "100", 300: "300", 1000: "1 k", 3000: "3 k", 10_000: "10 k"}
    places = ((PITCH_CLASSES * math.log2(hertz / LOWEST_HZ) + 0.5) / BANDS for hertz in names)
    return tuple(Tick(at, text) for at, text in zip(places, names.values(), strict=True) if at < 1)


def tempo_place(bpm: float) -> float:
    """Where a tempo stands in the tempogram."""
    rows = tempo_rows()
    row = math.log(bpm / rows[0]) / math.log(rows[-1] / rows[0]) * (len(rows) - 1)
    return float((row + 0.5) / len(rows))


def tempo_ticks(values: Iterable[int] = (40, 60, 80, 120, 160, 240)) -> tuple[Tick, ...]:
    """Beats per minute."""
    return tuple(Tick(tempo_place(bpm), str(bpm)) for bpm in values)


def class_ticks(key: str | None) -> tuple[Tick, ...]:
    """The twelve pitch classes; those of the key's scale (of "F# minor", say) stand out."""
    scale = _scale(key)
    return tuple(
        Tick((place + 0.5) / PITCH_CLASSES, name, place in scale)
        for place, name in enumerate(PITCHES)
    )


def _scale(key: str | None) -> frozenset[int]:
    """The natural scale of a key as the studio names it; none of another name."""
    if key not in all_keys():
        return frozenset()
    number = all_keys().index(key)
    degrees = MAJOR_SCALE if number < PITCH_CLASSES else NATURAL_MINOR_SCALE
    return frozenset((number + degree) % PITCH_CLASSES for degree in degrees)


def _instant(seconds: float, step: float) -> str:
    return clock(seconds) if step >= 1 else f"{seconds:.1f} s"
