"""Statistics of items -> intervals and tests that count tracks, not items.

Several questions are asked about one track, so items are not independent: tracks are (Miller 2024,
arXiv 2411.00640). Everything works on the sums of each track. Knows no metric but its `reduce`.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import Statistics, Sums, Values, library

Reduce = Callable[[Sums], Values]
TrackSums = Float[np.ndarray, "tracks columns"]

RESAMPLES = 2_000
PERMUTATIONS = 9_999
BATCH = 100
"""Resamples that are in memory at once."""


@dataclass(frozen=True)
class Interval:
    """One value with its bootstrap interval; NaN bounds where a resample had nothing to count."""

    value: float
    low: float
    high: float


def sum_by_track(statistics: Statistics, tracks: Sequence[Hashable]) -> TrackSums:
    """The sums of each track, in the order in which tracks first occur."""
    if len(statistics) != len(tracks):
        raise UsageError(f"{len(statistics)} items but {len(tracks)} names of tracks")
    numbers: dict[Hashable, int] = {}
    rows = [numbers.setdefault(track, len(numbers)) for track in tracks]
    sums = np.zeros((len(numbers), statistics.shape[1]))
    np.add.at(sums, rows, statistics)
    return sums


def intervals(
    reduce: Reduce,
    sums: TrackSums,
    *,
    level: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> dict[str, Interval]:
    """Every value with its percentile interval, from resamples of tracks.

    Raises UsageError for fewer than two tracks: one cluster says nothing about others.
    """
    _check_tracks(sums)
    if not 0 < level < 1:
        raise UsageError(f"the level of an interval lies between 0 and 1, not at {level}")
    values = reduce(sums.sum(axis=0))
    found = (
        library("scipy.stats", "intervals")
        .bootstrap(
            (np.arange(len(sums)),),
            lambda tracks, axis: _stack(reduce(_resampled(sums, tracks))),
            vectorized=True,
            axis=-1,
            confidence_level=level,
            n_resamples=resamples,
            batch=BATCH,
            method="percentile",
            rng=np.random.default_rng(seed),
        )
        .confidence_interval
    )
    return {
        name: Interval(float(value), float(low), float(high))
        for (name, value), low, high in zip(values.items(), found.low, found.high, strict=True)
    }


def paired_p_values(
    reduce: Reduce,
    one: TrackSums,
    other: TrackSums,
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> dict[str, float]:
    """Value -> two-sided p that two systems, asked about the same tracks, are alike.

    Paired approximate randomisation: the systems' sums are swapped track by track; with few tracks
    all swaps are tried. Raises UsageError for sums that do not pair up and fewer than two tracks.
    """
    _check_tracks(one)
    if one.shape != other.shape:
        raise UsageError(
            f"sums of shape {one.shape} and {other.shape} are not of the same tracks and metric"
        )
    both = np.concatenate([one, other])

    def difference(mine: Int[np.ndarray, "... tracks"], theirs: Int[np.ndarray, "... tracks"],
                   axis: int) -> Float[np.ndarray, "values ..."]:  # fmt: skip
        return _stack(reduce(_resampled(both, mine))) - _stack(reduce(_resampled(both, theirs)))

    rows = np.arange(len(one))
    result = library("scipy.stats", "paired tests").permutation_test(
        (rows, rows + len(one)),
        difference,
        permutation_type="samples",
        vectorized=True,
        axis=-1,
        n_resamples=permutations,
        batch=BATCH,
        rng=np.random.default_rng(seed),
    )
    names = reduce(one.sum(axis=0))
    return {name: float(p) for name, p in zip(names, result.pvalue, strict=True)}


def holm(p_values: Sequence[float]) -> list[float]:
    """P values of several tests, adjusted so that the chance of any false one is kept (Holm 1979)."""
    if not all(0 <= p <= 1 for p in p_values):
        raise UsageError("p values lie between 0 and 1")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def share_of_way(value: float, best_control: float, perfect: float) -> float:
    """How much of the way from the best control to a perfect score is gone: 0 there, 1 here.

    Negative where a control is better; NaN where a control is perfect already. The same holds for
    metrics whose lower values are better.
    """
    way = perfect - best_control
    return (value - best_control) / way if way else float("nan")


def _check_tracks(sums: TrackSums) -> None:
    if len(sums) < 2:
        raise UsageError(
            f"intervals and tests count tracks, and there {'is' if len(sums) else 'are'} "
            f"{len(sums)}; at least two are needed"
        )


def _resampled(sums: TrackSums, tracks: Int[np.ndarray, "... tracks"]) -> Sums:
    """The sums of each choice of tracks."""
    return sums[tracks].sum(axis=-2)


def _stack(values: Values) -> Float[np.ndarray, "values ..."]:
    return np.stack(list(values.values()))
