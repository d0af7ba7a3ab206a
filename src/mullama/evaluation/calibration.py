"""Scores of choices with the right one -> how far probabilities are to be believed, and what makes them so.

Expected calibration error as in Guo et al. 2017 (arXiv 1706.04599): bins of equal width over the
probability of the chosen answer. Questions whose answers are worded alike are trusted alike. Does not know
where scores come from.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from mullama.answer.forms import Trust

BINS = 15
Scores = Float[np.ndarray, " choices"]
Shares = NDArray[np.float64]
HOTTEST = 50.0
"""Temperatures are looked through from 1 on: nothing is told more surely than the model would tell it."""
MOST_LAPSES = 0.5
ENOUGH = 100
"""Fewer questions tell nothing of trust."""
GOLDEN = (math.sqrt(5) - 1) / 2
EXACT = 1e-4
"""Of the logarithm of a temperature, and of a lapse rate."""


@dataclass(frozen=True)
class Asked:
    """One question with its choices."""

    heard: Scores
    """Log-probabilities about the music."""
    unheard: Scores | None
    """The same without any music, if asked."""
    answers: tuple[int, ...]
    """What each choice stands for: several may stand for one answer, whose probability is their sum."""
    right: int
    """The right answer, one of those."""
    field: str
    """What is asked after."""
    wording: str
    """How it is answered: what trust in it goes by."""


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


def shares(asked: Asked, trusts: Mapping[str, Trust], prior: float = 0.0) -> Shares:
    """The probability of each answer: that of the choices which stand for it, summed.

    A wording without a trust is believed as it is.
    """
    scores = asked.heard
    if prior:
        assert asked.unheard is not None
        scores = scores - prior * asked.unheard
    likely = trusts.get(asked.wording, Trust()).probabilities(scores.tolist())
    return np.bincount(asked.answers, likely, minlength=asked.right + 1).astype(np.float64)


def reliability(
    items: Sequence[Asked], trusts: Mapping[str, Trust], prior: float = 0.0
) -> Reliability:
    """What comes of trusts; of no items at all there is no telling (ValueError)."""
    told = [shares(asked, trusts, prior) for asked in items]
    best = np.array([one.max() for one in told])
    right = np.array(
        [one.argmax() == asked.right for one, asked in zip(told, items, strict=True)], dtype=float
    )
    truths = np.array([one[asked.right] for one, asked in zip(told, items, strict=True)])
    bins = _bins(best, right)
    return Reliability(
        count=len(items),
        accuracy=float(right.mean()),
        error=sum(b.count * abs(b.probability - b.accuracy) for b in bins) / len(items),
        loss=_loss(truths),
        bins=tuple(bins),
    )


def fit(items: Sequence[Asked], prior: float = 0.0) -> dict[str, Trust]:
    """The trust with the least loss, for each wording that answers `ENOUGH` of the questions."""
    wordings: dict[str, list[Asked]] = {}
    for asked in items:
        wordings.setdefault(asked.wording, []).append(asked)
    return {
        wording: _trust(part, wording, prior)
        for wording, part in wordings.items()
        if len(part) >= ENOUGH
    }


def _trust(items: Sequence[Asked], wording: str, prior: float) -> Trust:
    """The best temperature, each with the lapse rate that suits it."""
    chance = np.array([asked.answers.count(asked.right) / len(asked.answers) for asked in items])

    def best_lapse(log_temperature: float) -> tuple[float, float]:
        trusts = {wording: Trust(temperature=math.exp(log_temperature))}
        sure = np.array([shares(asked, trusts, prior)[asked.right] for asked in items])
        return _least(lambda lapse: _loss((1 - lapse) * sure + lapse * chance), 0.0, MOST_LAPSES)

    found, _ = _least(lambda at: best_lapse(at)[1], 0.0, math.log(HOTTEST))
    lapse, _ = best_lapse(found)
    return Trust(temperature=math.exp(found), lapse=lapse)


def _least(value: Callable[[float], float], low: float, high: float) -> tuple[float, float]:
    """Where between two places a function is least, and how much it is there: by golden section."""
    while high - low > EXACT:
        first, second = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (low, second) if value(first) < value(second) else (first, high)
    return (low + high) / 2, value((low + high) / 2)


def _loss(truths: Shares) -> float:
    return float(-np.log(np.maximum(truths, 1e-300)).mean())


def _bins(probabilities: Shares, right: Shares, count: int = BINS) -> list[Bin]:
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
