"""Scores of choices with the right one -> how far probabilities are to be believed, and what makes them so.

Expected calibration error as in Guo et al. 2017 (arXiv 1706.04599): bins of equal width over the
probability of the chosen answer. Does not know where scores come from.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

BINS = 15
Scores = Float[np.ndarray, " choices"]
COLDEST, HOTTEST = 0.05, 50.0
"""Temperatures that are looked through."""
GOLDEN = (math.sqrt(5) - 1) / 2
EXACT = 1e-4
"""Of the logarithm of a temperature."""


@dataclass(frozen=True)
class Asked:
    """One question with its choices."""

    heard: Scores
    """Log-probabilities about the music."""
    unheard: Scores
    """The same without any music."""
    answers: tuple[int, ...]
    """What each choice stands for: several may stand for one answer, whose probability is their sum."""
    right: int
    """The right answer, one of those."""
    field: str
    """What is asked after."""


@dataclass(frozen=True)
class Bin:
    """Answers whose probabilities lie in one range."""

    low: float
    high: float
    count: int
    probability: float
    """Their mean."""
    accuracy: float
    """How many of them are right."""


@dataclass(frozen=True)
class Reliability:
    """How answers and their probabilities did."""

    count: int
    accuracy: float
    error: float
    """Expected calibration error."""
    loss: float
    """Mean negative log-probability of the right answers, in nats."""
    bins: tuple[Bin, ...]
    """Those that are not empty."""


def shares(asked: Asked, temperature: float, prior: float) -> NDArray[np.float64]:
    """The probability of each answer: softmax((heard - prior * unheard) / temperature), summed."""
    scores = (asked.heard - prior * asked.unheard) / temperature
    likely = np.exp(scores - scores.max())
    weights = np.bincount(asked.answers, likely / likely.sum(), minlength=asked.right + 1)
    return weights.astype(np.float64)


def reliability(items: Sequence[Asked], temperature: float, prior: float = 0.0) -> Reliability:
    """What comes of a temperature; of no items at all there is no telling (ValueError)."""
    told = [shares(asked, temperature, prior) for asked in items]
    best = np.array([one.max() for one in told])
    right = np.array(
        [one.argmax() == asked.right for one, asked in zip(told, items, strict=True)], dtype=float
    )
    truths = [one[asked.right] for one, asked in zip(told, items, strict=True)]
    bins = _bins(best, right)
    return Reliability(
        count=len(items),
        accuracy=float(right.mean()),
        error=sum(b.count * abs(b.probability - b.accuracy) for b in bins) / len(items),
        loss=float(-np.log(np.maximum(truths, 1e-300)).mean()),
        bins=tuple(bins),
    )


def fit(items: Sequence[Asked], prior: float = 0.0) -> float:
    """The temperature with the least loss, by golden section over its logarithm.

    Every field counts as much, however many questions ask after it.
    """
    fields: dict[str, list[Asked]] = {}
    for asked in items:
        fields.setdefault(asked.field, []).append(asked)

    def loss(log_temperature: float) -> float:
        temperature = math.exp(log_temperature)
        told = [reliability(part, temperature, prior).loss for part in fields.values()]
        return sum(told) / len(told)

    low, high = math.log(COLDEST), math.log(HOTTEST)
    while high - low > EXACT:
        first, second = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, second) if loss(first) < loss(second) else (first, high)
    return math.exp((low + high) / 2)


def _bins(
    probabilities: NDArray[np.float64], right: NDArray[np.float64], count: int = BINS
) -> list[Bin]:
    places = np.minimum((probabilities * count).astype(int), count - 1)
    return [
        Bin(
            place / count,
            (place + 1) / count,
            int(there.sum()),
            float(probabilities[there].mean()),
            float(right[there].mean()),
        )
        for place in range(count)
        if (there := places == place).any()
    ]
