"""How well scores put what is relevant before what is not: ROC-AUC and average precision.

Pure functions of one tag's labels and scores. Unlike the metrics of answers they are no function of
sums over items, so that items can be given weights: a bootstrap resample counts each track as often as
it was drawn (see intervals.py). Equal scores are one step of the ranking, whatever their order.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int, Shaped

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import ratio

Labels = Shaped[np.ndarray, " _"]
"""Of each item: bools, or zeros and ones."""
Scores = Float[np.ndarray, " _"]
"""Of each item."""
Weights = Float[np.ndarray, "*sets _"]
"""(*sets, items): how often each item counts, for one set of items or many side by side; zero or more."""
RankingMetric = Callable[..., Float[np.ndarray, "*sets"]]


def roc_auc(
    labels: Labels, scores: Scores, weights: Weights | None = None
) -> Float[np.ndarray, "*sets"]:
    """The chance that a relevant item is scored above another; a tie counts half (Hanley, McNeil 1982).

    From 0 to 1, 0.5 by chance; NaN for a set without either kind. Raises UsageError for labels and
    scores that do not pair up, other labels than 0 and 1, scores that are not finite.
    """
    steps = _steps(labels, scores, weights)
    hits, others = steps.relevant, steps.all - steps.relevant
    below = others.sum(-1, keepdims=True) - others.cumsum(-1) + others / 2
    pairs = hits.sum(-1) * others.sum(-1)
    return ratio((hits * below).sum(-1), pairs)


def average_precision(
    labels: Labels, scores: Scores, weights: Weights | None = None
) -> Float[np.ndarray, "*sets"]:
    """The mean precision at each step of recall: sum of (R_n - R_(n-1)) P_n, without interpolation.

    From 0 to 1, by chance the share of relevant items; NaN for a set without any. Raises as `roc_auc`.
    """
    steps = _steps(labels, scores, weights)
    precision = np.nan_to_num(ratio(steps.relevant.cumsum(-1), steps.all.cumsum(-1)))
    return ratio((steps.relevant * precision).sum(-1), steps.relevant.sum(-1))


class _Steps(NamedTuple):
    """Weights of the relevant and of all items at each distinct score, the highest first."""

    relevant: Float[np.ndarray, "*sets steps"]
    all: Float[np.ndarray, "*sets steps"]


def _steps(labels: Sequence[float] | Labels, scores: Scores, weights: Weights | None) -> _Steps:
    labels, scores = np.asarray(labels), np.asarray(scores, dtype=float)
    weights = np.ones(labels.shape) if weights is None else np.asarray(weights, dtype=float)
    _check(labels, scores, weights)
    order = np.argsort(-scores, kind="stable")
    starts = _starts(scores[order])
    weights = weights[..., order]
    return _Steps(
        np.add.reduceat(weights * labels[order], starts, axis=-1),
        np.add.reduceat(weights, starts, axis=-1),
    )


def _starts(falling: Scores) -> Int[np.ndarray, " steps"]:
    """Where another score begins."""
    return np.flatnonzero(np.concatenate([[True], falling[1:] != falling[:-1]]))


def _check(labels: Labels, scores: Scores, weights: Weights) -> None:
    if labels.ndim != 1 or labels.shape != scores.shape or weights.shape[-1:] != labels.shape:
        raise UsageError(
            f"labels {labels.shape}, scores {scores.shape} and weights {weights.shape} do not pair up"
        )
    if not len(labels):
        raise UsageError("there is nothing to rank")
    if not np.isin(labels, (0, 1)).all():
        raise UsageError("labels are 0 or 1")
    if not np.isfinite(scores).all():
        raise UsageError("scores are finite numbers")
    if (weights < 0).any() or not np.isfinite(weights).all():
        raise UsageError("weights are finite and not negative")
