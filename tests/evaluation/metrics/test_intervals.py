"""Intervals and tests over tracks: against scipy, by enumeration, and where they must refuse."""

import tracemalloc

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.attributes import Attributes
from mullama.evaluation.metrics.bleu import Bleu
from mullama.evaluation.metrics.character_bleu import CharacterBleu
from mullama.evaluation.metrics.intervals import (
    _swaps,
    holm,
    intervals,
    paired_p_values,
    share_of_way,
    sum_by_track,
)
from mullama.evaluation.metrics.metric import Values

stats = pytest.importorskip("scipy.stats", reason="needs the evaluate extra")
NAN = float("nan")


def mean(sums: np.ndarray) -> Values:
    return {"mean": sums[..., 1] / sums[..., 0]}


def tracks_of(values: np.ndarray) -> np.ndarray:
    return np.column_stack([np.ones(len(values)), values])


def test_sums_of_tracks() -> None:
    statistics = np.array([[1.0, 2.0], [1.0, 3.0], [1.0, 5.0]])
    assert sum_by_track(statistics, ["b", "a", "b"]).tolist() == [[2, 7], [1, 3]]
    ordered = sum_by_track(statistics, ["b", "a", "b"], order=["a", "b", "c"])
    assert ordered.tolist() == [[1, 3], [2, 7], [0, 0]]
    with pytest.raises(UsageError, match="3 items but 2 names"):
        sum_by_track(statistics, ["a", "b"])
    with pytest.raises(UsageError, match="track 'b', which is not among"):
        sum_by_track(statistics, ["b", "a", "b"], order=["a"])


def test_equals_scipys_percentile_bootstrap() -> None:
    values = np.random.default_rng(1).normal(0.4, 0.1, 80)
    found = intervals(mean, tracks_of(values), resamples=20_000)["mean"]
    theirs = stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20_000, rng=0
    ).confidence_interval
    assert found.value == pytest.approx(values.mean())
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high), abs=1e-3)


def test_items_of_one_track_are_one_observation() -> None:
    values = np.random.default_rng(2).normal(size=50)
    clustered = sum_by_track(np.repeat(tracks_of(values), 9, axis=0), np.repeat(range(50), 9))
    once = intervals(mean, tracks_of(values))["mean"]
    nine = intervals(mean, clustered)["mean"]
    assert nine.high - nine.low == pytest.approx(once.high - once.low)
    unclustered = intervals(mean, np.repeat(tracks_of(values), 9, axis=0))["mean"]
    assert nine.high - nine.low > 2 * (unclustered.high - unclustered.low)


def test_a_seed_repeats_and_a_level_widens() -> None:
    sums = tracks_of(np.arange(20.0))
    assert intervals(mean, sums, seed=3) == intervals(mean, sums, seed=3)
    assert intervals(mean, sums, seed=3) != intervals(mean, sums, seed=4)
    wide, narrow = (intervals(mean, sums, level=level)["mean"] for level in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.value < narrow.high < wide.high


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_tracks_is_an_error(count: int) -> None:
    sums = np.ones((count, 2))
    with pytest.raises(UsageError, match="need two tracks or more"):
        intervals(mean, sums)
    with pytest.raises(UsageError, match="need two tracks or more"):
        paired_p_values(mean, sums, sums)


def test_other_bad_requests() -> None:
    with pytest.raises(UsageError, match="between 0 and 1, not at 95"):
        intervals(mean, np.ones((3, 2)), level=95)
    with pytest.raises(UsageError, match="not of the same tracks"):
        paired_p_values(mean, np.ones((3, 2)), np.ones((4, 2)))


def test_few_tracks_are_swapped_in_all_ways() -> None:
    one, other = (
        tracks_of(np.array([0.6, 0.7, 0.8, 0.9])),
        tracks_of(np.array([0.5, 0.5, 0.5, 0.5])),
    )
    # All four differences have one sign, so only the two extreme of 16 swaps are as large.
    assert paired_p_values(mean, one, other) == {"mean": pytest.approx(2 / 16)}
    assert paired_p_values(mean, one, one) == {"mean": 1.0}


def test_many_tracks_agree_with_scipys_permutation_test() -> None:
    rng = np.random.default_rng(5)
    one = rng.normal(0.0, 1.0, 60)
    other = one + rng.normal(0.15, 0.6, 60)
    theirs = stats.permutation_test(
        (one, other), lambda x, y, axis: np.mean(x - y, axis=axis),
        permutation_type="samples", vectorized=True, rng=0,
    ).pvalue  # fmt: skip
    found = paired_p_values(mean, tracks_of(one), tracks_of(other))["mean"]
    assert found == pytest.approx(theirs, abs=0.02)
    assert found == paired_p_values(mean, tracks_of(other), tracks_of(one))["mean"]


@pytest.mark.parametrize("tracks", [4, 61])
def test_blocks_of_swaps_are_as_all_at_once(tracks: int) -> None:
    rng = np.random.default_rng(6)
    one, other = (tracks_of(rng.normal(size=tracks)) for _ in range(2))
    told = [paired_p_values(mean, one, other, permutations=999, block=b) for b in (1, 7, 2000)]
    assert told[0] == told[1] == told[2]
    # As drawn in one piece, whatever the blocks.
    swaps = np.random.default_rng(0).integers(0, 2, (25_000, 61))
    drawn = np.unpackbits(_swaps(61, 25_000, 0), axis=1, count=61)
    assert np.array_equal(drawn[1:], swaps)
    assert not drawn[0].any()


def test_a_million_permutations_fit_into_little_memory() -> None:
    rng = np.random.default_rng(7)
    one, other = (tracks_of(rng.normal(size=64)) for _ in range(2))
    tracemalloc.start()
    paired_p_values(mean, one, other, permutations=1_000_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64e6  # all swaps at once take 512 MB


def test_on_real_metrics(texts: tuple[list[str], list[str]]) -> None:
    references, candidates = texts
    for metric in (Bleu(), CharacterBleu()):
        good = sum_by_track(metric.items(references, references), [0, 0, 1, 2])
        poor = sum_by_track(metric.items(references, candidates), [0, 0, 1, 2])
        found = intervals(metric.reduce, poor, resamples=200)[metric.headline]
        assert 0 <= found.low < found.value < found.high <= 1
        # The third track's answer is perfect, so 4 of 8 swaps are as large: two tracks decide.
        assert paired_p_values(metric.reduce, good, poor)[metric.headline] == 0.5


def test_a_rare_attribute_has_an_interval_and_an_unknown_one_has_none() -> None:
    metric = Attributes()
    references = ["The key is C major.", "a piano", "a flute", "The key is D major."]
    answers = ["The key is C major.", "a piano", "a harp", "The key is A major."]
    sums = sum_by_track(metric.items(references, answers), range(4))
    found = intervals(metric.reduce, sums, resamples=500)
    assert (found["key_f1"].low, found["key_f1"].value, found["key_f1"].high) == (0.0, 0.5, 1.0)
    assert np.isnan([found["metre_f1"].value, found["metre_f1"].low]).all()
    assert np.isnan(paired_p_values(metric.reduce, sums, sums)["metre_f1"])


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([]) == []
    with pytest.raises(UsageError):
        holm([0.5, NAN])


@pytest.mark.parametrize(
    ("value", "control", "perfect", "share"),
    [(0.3, 0.3, 1, 0.0), (1, 0.3, 1, 1.0), (0.2, 0.3, 1, -1 / 7), (2.0, 4.0, 0.0, 0.5)],
)
def test_share_of_way(value: float, control: float, perfect: float, share: float) -> None:
    assert share_of_way(value, control, perfect) == pytest.approx(share)


def test_no_way_is_left() -> None:
    assert np.isnan(share_of_way(1.0, 1.0, 1.0))
