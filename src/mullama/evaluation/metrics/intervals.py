"""Statistics of items -> intervals and tests that count tracks, not items.

Several questions are asked about one track, so items are not independent: tracks are (Miller 2024,
arXiv 2411.00640). Both the bootstrap and the permutation test work on the sums of each track: a
resample, or a swap, is one row of a matrix that is multiplied with them. Knows no metric but its
`reduce`.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float, UInt8

from mullama.errors import UsageError
from mullama.evaluation.metrics.metric import Statistics, Sums, Values, ratio

Reduce = Callable[[Sums], Values]
TrackSums = Float[np.ndarray, "tracks columns"]

RESAMPLES = 2_000
PERMUTATIONS = 9_999
BLOCK = 10_000
"""Permutations that are in memory at a time, 8 bytes for each and each track."""
ROUNDING = 1e-9
"""Differences that are nearer than this are alike: their sums were added in another order."""


@dataclass(frozen=True)
class Interval:
    """One value with its bootstrap interval; NaN where there is nothing to count."""

    value: float
    low: float
    high: float


def sum_by_track(
    statistics: Statistics, tracks: Sequence[Hashable], *, order: Sequence[Hashable] | None = None
) -> TrackSums:
    """The sums of each track, in `order` or in the order in which tracks first occur.

    Give the same `order` for systems that are to be compared. A track of `order` without items has
    sums of zero; raises UsageError for an item of another track.
    """
    if len(statistics) != len(tracks):
        raise UsageError(f"{len(statistics)} items but {len(tracks)} names of tracks")
    rows = {track: row for row, track in enumerate(dict.fromkeys(order or tracks))}
    unknown = [track for track in tracks if track not in rows]
    if unknown:
        raise UsageError(f"an item is of track {unknown[0]!r}, which is not among those to count")
    sums = np.zeros((len(rows), statistics.shape[1]))
    np.add.at(sums, [rows[track] for track in tracks], statistics)
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

    Resamples in which a value has nothing to count do not count for it. Raises UsageError for fewer
    than two tracks: one cluster says nothing about others.
    """
    _check_tracks(sums)
    if not 0 < level < 1:
        raise UsageError(f"the level of an interval lies between 0 and 1, not at {level}")
    drawn = _draws(len(sums), resamples, seed)
    values, resampled = reduce(sums.sum(axis=0)), reduce(drawn @ sums)
    return {
        name: Interval(float(value), *_bounds(resampled[name], level))
        for name, value in values.items()
    }


def paired_p_values(
    reduce: Reduce,
    one: TrackSums,
    other: Float[np.ndarray, "_ _"],
    *,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
    block: int = BLOCK,
) -> dict[str, float]:
    """Value -> two-sided p that two systems, asked about the same tracks, are alike.

    Paired approximate randomisation (Noreen 1989): the systems' sums are swapped track by track, in all
    ways where there are few tracks; `block` swaps are in memory at a time. NaN where a value has
    nothing to count. Raises UsageError for sums of another shape than the first system's, and fewer
    than two tracks.
    """
    _check_tracks(one)
    if one.shape != other.shape:
        raise UsageError(
            f"sums of shape {one.shape} and {other.shape} are not of the same tracks and metric"
        )
    both = one.sum(axis=0) + other.sum(axis=0)
    observed: Values = {}
    smaller: Counter[str] = Counter()
    packed = _swaps(len(one), permutations, seed)
    for begin in range(0, len(packed), block):
        swaps = np.unpackbits(packed[begin : begin + block], axis=1, count=len(one)).astype(float)
        mine = (1 - swaps) @ one + swaps @ other
        first, second = reduce(mine), reduce(both - mine)
        differences = {name: first[name] - second[name] for name in first}
        # The first row of all swaps nothing: what was observed is one of the permutations.
        observed = observed or {name: found[0] for name, found in differences.items()}
        for name, found in differences.items():
            smaller[name] += int(np.sum(np.abs(found) < np.abs(observed[name]) - ROUNDING))
    # What is as large as was observed, or cannot be told, speaks against a difference.
    shares = {name: 1 - smaller[name] / len(packed) for name in observed}
    return {name: float("nan") if np.isnan(observed[name]) else shares[name] for name in observed}


def holm(p_values: Sequence[float]) -> list[float]:
    """P values of several tests, adjusted to bound the chance of any false discovery (Holm 1979)."""
    if not all(0 <= p <= 1 for p in p_values):
        raise UsageError("p values lie between 0 and 1")
    adjusted, largest = [0.0] * len(p_values), 0.0
    for rank, i in enumerate(sorted(range(len(p_values)), key=lambda i: p_values[i])):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[i]))
        adjusted[i] = largest
    return adjusted


def share_of_way(
    value: float | np.ndarray, best_control: float | np.ndarray, perfect: float | np.ndarray
) -> np.ndarray:
    """How much of the way from the best control to a perfect score is gone: 0 at the one, 1 at the other.

    Negative where a control is better; NaN where a control is perfect already. It holds as well
    for metrics whose lower values are better.
    """
    return ratio(np.asarray(value - best_control), np.asarray(perfect - best_control))


def _check_tracks(sums: TrackSums) -> None:
    if len(sums) < 2:
        found = "one is" if len(sums) else "none are"
        raise UsageError(f"intervals and tests need two tracks or more; {found} given")


def _bounds(values: Float[np.ndarray, " resamples"], level: float) -> tuple[float, float]:
    counted = values[~np.isnan(values)]
    if not len(counted):
        return float("nan"), float("nan")
    low, high = np.quantile(counted, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


@lru_cache(maxsize=8)
def _draws(tracks: int, resamples: int, seed: int) -> Float[np.ndarray, "resamples tracks"]:
    """How often each track is drawn, instead of which: the sums of a resample are then a product."""
    chances = np.full(tracks, 1 / tracks)
    return np.random.default_rng(seed).multinomial(tracks, chances, size=resamples).astype(float)


@lru_cache(maxsize=2)
def _swaps(tracks: int, permutations: int, seed: int) -> UInt8[np.ndarray, "swaps bytes"]:
    """A bit is 1 where a track is swapped: all ways if they are no more than asked for, else drawn ones."""
    if tracks < 60 and 2**tracks <= permutations:
        ways = np.arange(2**tracks)[:, None] >> np.arange(tracks) & 1
        return np.packbits(ways.astype(np.uint8), axis=1)
    rng = np.random.default_rng(seed)
    rows = [np.packbits(np.zeros((1, tracks), np.uint8), axis=1)]
    for begin in range(0, permutations, BLOCK):
        drawn = rng.integers(0, 2, (min(BLOCK, permutations - begin), tracks))
        rows.append(np.packbits(drawn.astype(np.uint8), axis=1))
    return np.concatenate(rows)
