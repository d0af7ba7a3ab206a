"""Statistics of items -> figures that can be trusted: intervals, shares of the way, paired tests.

Everything counts tracks, not items, and looks at controls beside the score. Knows metrics by their
`reduce` alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from mullama.evaluation.asking.controls import MUSIC
from mullama.evaluation.metrics.intervals import (
    PERMUTATIONS,
    RESAMPLES,
    Interval,
    TrackSums,
    intervals,
    paired_p_values,
    sum_by_track,
)
from mullama.evaluation.metrics.metric import AnyMetric, Sums, Values, ratio
from mullama.evaluation.scoring.judge import Judged


@dataclass(frozen=True)
class Resampling:
    """How chance is estimated."""

    level: float = 0.95
    resamples: int = RESAMPLES
    permutations: int = PERMUTATIONS
    seed: int = 0


@dataclass(frozen=True)
class Way:
    """How much of the way from the best control to a perfect score is gone."""

    share: Interval
    control: str
    """The best control."""


def values(judged: Judged, condition: str, how: Resampling) -> dict[str, Interval]:
    """Every value of a metric under one condition, with its interval."""
    return _intervals(judged.metric.reduce, sums(judged, condition), how)


def sums(judged: Judged, condition: str, order: Sequence[str] | None = None) -> TrackSums:
    """The sums of each track."""
    tracks = [item.track for item in judged.items]
    return sum_by_track(judged.statistics[condition], tracks, order=order)


def ways(judged: Judged, how: Resampling) -> dict[str, Way]:
    """Value -> the share of the way, for every value of which a perfect score is known.

    The best control is found anew in each resample; empty without controls, or without the music.
    """
    controls = [condition for condition in judged.statistics if condition != MUSIC]
    if not controls or MUSIC not in judged.statistics:
        return {}
    together = np.hstack([sums(judged, condition) for condition in (MUSIC, *controls)])
    shares = _intervals(partial(_shares, judged.metric, len(controls)), together, how)
    best = best_controls(judged)
    return {name: Way(share, best[name]) for name, share in shares.items() if name in best}


def best_controls(judged: Judged) -> dict[str, str]:
    """Value -> the control that reaches most, for every value of which a perfect score is known."""
    metric = judged.metric
    reached = {
        condition: metric.reduce(statistics.sum(axis=0))
        for condition, statistics in judged.statistics.items()
        if condition != MUSIC
    }
    return {
        name: max(reached, key=lambda c: _height(metric, name, float(reached[c][name])))
        for name in metric.perfect
        if reached
    }


def needed_ears(judged: Judged, value: str, how: Resampling) -> tuple[str, float] | None:
    """(best control, p that the music is no better or worse than it); None where that cannot be told."""
    best = best_controls(judged).get(value)
    if best is None or MUSIC not in judged.statistics or _tracks(judged) < 2:
        return None
    return best, _p_values(judged.metric, sums(judged, MUSIC), sums(judged, best), how)[value]


def differences(one: Judged, other: Judged, how: Resampling) -> dict[str, tuple[float, float]]:
    """Value -> (one minus other, p) for two systems under the music, on the items that both answered.

    Empty where those are of fewer than two tracks.
    """
    if MUSIC not in one.statistics or MUSIC not in other.statistics:
        return {}
    both = {item.id for item in one.items} & {item.id for item in other.items}
    mine, others = (judged.of(lambda item: item.id in both) for judged in (one, other))
    if _tracks(mine) < 2:
        return {}
    order = list(dict.fromkeys(item.track for item in mine.items))
    first, second = sums(mine, MUSIC, order), sums(others, MUSIC, order)
    reached = [one.metric.reduce(of_tracks.sum(axis=0)) for of_tracks in (first, second)]
    found = _p_values(one.metric, first, second, how)
    return {name: (float(reached[0][name] - reached[1][name]), p) for name, p in found.items()}


def _shares(metric: AnyMetric, controls: int, together: Sums) -> Values:
    """The share of the way for each set of sums: those of the music, then of each control."""
    music, *others = np.split(together, 1 + controls, axis=-1)
    reached, controlled = metric.reduce(music), [metric.reduce(other) for other in others]
    shares = {}
    for name, perfect in metric.perfect.items():
        heights = np.stack([values[name] for values in controlled])
        lower = name == metric.headline and metric.direction == "lower"
        best = np.fmin.reduce(heights) if lower else np.fmax.reduce(heights)
        shares[name] = ratio(np.asarray(reached[name] - best), np.asarray(perfect - best))
    return shares


def _height(metric: AnyMetric, name: str, value: float) -> float:
    """What is higher where it is better; what is no number comes last."""
    if np.isnan(value):
        return -np.inf
    return -value if name == metric.headline and metric.direction == "lower" else value


def _intervals(
    reduce: Callable[[Sums], Values], of_tracks: TrackSums, how: Resampling
) -> dict[str, Interval]:
    """With bounds that are no numbers where there is one track alone, which says nothing of others."""
    if len(of_tracks) < 2:
        found = reduce(of_tracks.sum(axis=0))
        return {name: Interval(float(v), np.nan, np.nan) for name, v in found.items()}
    return intervals(reduce, of_tracks, level=how.level, resamples=how.resamples, seed=how.seed)


def _p_values(
    metric: AnyMetric, one: TrackSums, other: TrackSums, how: Resampling
) -> dict[str, float]:
    return paired_p_values(metric.reduce, one, other, permutations=how.permutations, seed=how.seed)


def _tracks(judged: Judged) -> int:
    return len({item.track for item in judged.items})
