"""Behind the figures of the small model: how sure they are, and which styles and instruments they miss.

Does not know who answered.
"""

import random
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mullama.evaluation.small_model.scores import Figures, score
from mullama.studio.truth import Truth
from mullama.studio.words.parsing import parse_instruments, parse_style

RESAMPLES = 100
SEED = 7
Detail = dict[str, float]
"""What is counted or measured -> a number of clips, or percent."""


class Answered(NamedTuple):
    """What was said about clips whose truth is known."""

    truths: Sequence[Truth]
    said: dict[str, dict[int, str]]
    """Topic -> clip -> answer."""
    checked: Sequence[tuple[int, str, str]]
    """Clip, instrument and answer of questions after one instrument."""


def spread(answered: Answered) -> Figures:
    """Row -> half of its 95 percent interval, by bootstrap over the clips (percentiles)."""
    rng = random.Random(SEED)
    clips = range(len(answered.truths))
    drawn = [
        score(*_resampled(answered, rng.choices(clips, k=len(clips)))) for _ in range(RESAMPLES)
    ]
    found = {}
    for row in score(*answered):
        # Few clips may leave out all whose truth is known.
        if values := [figures[row] for figures in drawn if row in figures]:
            low, high = np.percentile(values, (2.5, 97.5))
            found[row] = float(high - low) / 2
    return found


def by_style(answered: Answered) -> dict[str, Detail]:
    """Style -> how many clips have it, and how many percent of them are said to."""
    there: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for clip, truth in enumerate(answered.truths):
        if truth.style is not None:
            there[truth.style] += 1
            right[truth.style] += parse_style(answered.said["style"][clip]) == truth.style
    return {
        style: {"clips": float(count), "right": 100 * right[style] / count}
        for style, count in there.most_common()
    }


def by_instrument(answered: Answered) -> dict[str, Detail]:
    """Instrument -> in how many clips it is, and precision and recall of the lists in percent."""
    there: Counter[str] = Counter()
    named: Counter[str] = Counter()
    both: Counter[str] = Counter()
    for clip, truth in enumerate(answered.truths):
        if truth.listed:
            listed = set(parse_instruments(answered.said["instruments"][clip]))
            there.update(set(truth.instruments))
            named.update(listed)
            both.update(set(truth.instruments) & listed)
    return {
        name: {
            "clips": float(count),
            "precision": 100 * both[name] / max(1, named[name]),
            "recall": 100 * both[name] / count,
        }
        for name, count in sorted(there.items(), key=lambda one: (-one[1], one[0]))
    }


def _resampled(answered: Answered, drawn: Sequence[int]) -> Answered:
    """The clips with these numbers, in this order, some more than once."""
    checked: dict[int, list[tuple[str, str]]] = {}
    for clip, name, text in answered.checked:
        checked.setdefault(clip, []).append((name, text))
    return Answered(
        [answered.truths[clip] for clip in drawn],
        {
            topic: {place: texts[clip] for place, clip in enumerate(drawn)}
            for topic, texts in answered.said.items()
        },
        [
            (place, name, text)
            for place, clip in enumerate(drawn)
            for name, text in checked.get(clip, ())
        ],
    )
