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
    share_of_way,
    sum_by_track,
)
from mullama.evaluation.metrics.metric import AnyMetric, Sums, Values
from mullama.evaluation.scoring.judge import Condition, Judged


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


def values(metric: AnyMetric, condition: Condition, how: Resampling) -> dict[str, Interval]:
    """Every value of a metric under one condition, with its interval."""
    return _intervals(metric.reduce, sums(condition), how)


def sums(condition: Condition, order: Sequence[str] | None = None) -> TrackSums:
    """The sums of each track."""
    tracks = [item.track for item in condition.items]
    return sum_by_track(condition.statistics, tracks, order=order)


def ways(judged: Judged, how: Resampling) -> dict[str, Way]:
    """Value -> the share of the way, for every value of which a perfect score is known.

    Of the items that were answered under every condition. The best control is found anew in each
    resample; empty without controls, or without the music.
    """
    common = judged.common()
    if common.music is None or not common.controls:
        return {}
    order = common.music.tracks
    together = np.hstack([sums(common.conditions[c], order) for c in (MUSIC, *common.controls)])
    shares = _intervals(partial(_shares, common.metric, len(common.controls)), together, how)
    best = best_controls(common)
    return {name: Way(share, best[name]) for name, share in shares.items() if name in best}


def best_controls(judged: Judged) -> dict[str, str]:
    """Value -> the control that reaches most, for every value of which a perfect score is known."""
    metric = judged.metric
    reached = {
        name: metric.reduce(judged.conditions[name].statistics.sum(axis=0))
        for name in judged.controls
    }
    return {
        name: max(reached, key=lambda c: _height(metric, name, float(reached[c][name])))
        for name in metric.perfect
        if reached
    }


def needed_ears(judged: Judged, value: str, how: Resampling) -> tuple[str, float] | None:
    """(best control, p that the music is no better or worse than it); None where that cannot be told."""
    common = judged.common()
    best = best_controls(common).get(value)
    if best is None or common.music is None or len(common.music.tracks) < 2:
        return None
    order = common.music.tracks
    music, control = sums(common.music, order), sums(common.conditions[best], order)
    return best, _p_values(common.metric, music, control, how)[value]


def differences(one: Judged, other: Judged, how: Resampling) -> dict[str, tuple[float, float]]:
    """Value -> (one minus other, p) for two systems under the music, on the items that both answered.

    Empty where those are of fewer than two tracks.
    """
    if one.music is None or other.music is None:
        return {}
    both = {item.id for item in one.music.items} & {item.id for item in other.music.items}
    mine, others = (music.of(lambda item: item.id in both) for music in (one.music, other.music))
    if len(mine.tracks) < 2:
        return {}
    first, second = sums(mine, mine.tracks), sums(others, mine.tracks)
    reached = [one.metric.reduce(of_tracks.sum(axis=0)) for of_tracks in (first, second)]
    found = _p_values(one.metric, first, second, how)
    return {name: (float(reached[0][name] - reached[1][name]), p) for name, p in found.items()}


def _shares(metric: AnyMetric, controls: int, together: Sums) -> Values:
    """The share of the way for each set of sums: those of the music, then of each control."""
    music, *others = np.split(together, 1 + controls, axis=-1)
    reached, controlled = metric.reduce(music), [metric.reduce(other) for other in others]
    shares = {}
    for name, end in metric.perfect.items():
        perfect = reached[metric.ceilings[name]] if name in metric.ceilings else end
        heights = np.stack([values[name] for values in controlled])
        lower = name == metric.headline and metric.direction == "lower"
        best = np.fmin.reduce(heights) if lower else np.fmax.reduce(heights)
        shares[name] = share_of_way(reached[name], best, perfect)
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
