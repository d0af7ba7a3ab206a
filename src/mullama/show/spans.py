"""A waveform in blocks -> stretches of it that may overlap. Holds little more than a stretch."""

import math
from collections.abc import Iterable, Iterator

import numpy as np

from mullama.listen.audio.samples import Waveform
from mullama.listen.windows import Span, spread_spans

MAX_PARTS = 240


def part_spans(length: int, rate: int, window: float, hop: float) -> list[Span]:
    """Parts of `window` seconds from the start of a sound of so many samples to its end.

    They are evenly spread, `hop` seconds apart or a little less, or more where there were more than
    `MAX_PARTS`. A sound that is no longer than a part is one.
    """
    room = length / rate - window
    if room <= 0:
        return [(0, length)]
    return spread_spans(length, rate, window, min(MAX_PARTS, 1 + math.ceil(room / hop)))


def stretch_spans(length: int, core: int, margin: int) -> list[Span]:
    """Stretches of `core` samples, each with a margin on both sides; the last has all that remains.

    The first begins `margin` samples before the sound.
    """
    starts = range(0, max(length - core // 2, 1), core)
    spans = [(start - margin, start + core + margin) for start in starts]
    return [*spans[:-1], (spans[-1][0], spans[-1][1] + 2 * core)]


def cut(blocks: Iterable[Waveform], spans: Iterable[Span]) -> Iterator[Waveform]:
    """The samples of each span, as far as the sound has them; spans come in the order of their starts."""
    coming = iter(blocks)
    held, first = np.zeros(0, np.float32), 0
    for start, end in spans:
        while first + len(held) < end and (block := next(coming, None)) is not None:
            held = np.concatenate([held, block])
        skip = max(start - first, 0)
        held, first = held[skip:], first + skip
        yield held[: max(end - first, 0)]
