"""Which rows come when: all of them, hardly padded, the same for any number of processes."""

import itertools

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.training.qa.sampler import PublishedSampler, Sampler, pack
from mullama.training.schedule import published_order

LENGTHS = np.random.default_rng(0).integers(10, 200, 101)


def order(weights: float | np.ndarray = 1.0, batch: int = 8, parts: int = 1) -> Sampler:
    every = np.ones(len(LENGTHS)) * weights
    return Sampler(LENGTHS, every, batch=batch, parts=parts, seed=3)


def epoch(one: Sampler, number: int) -> list[np.ndarray]:
    return [one.rows(step) for step in range(one.steps(number), one.steps(number + 1))]


@pytest.mark.parametrize("parts", [1, 4])
def test_every_row_comes_once_in_a_pass(parts: int) -> None:
    one = order(parts=parts)
    passes = []
    for turn in range(2):
        steps = [s for part in range(parts) for s in epoch(one, turn * parts + part)]
        passes.append(np.concatenate(steps).tolist())
        assert sorted(passes[-1]) == list(range(101))
    assert passes[0] != passes[1]


def test_a_step_is_the_same_whenever_it_is_asked_for() -> None:
    one, other = order(parts=3), order(parts=3)
    backwards = [other.rows(step).tolist() for step in reversed(range(20))]
    assert [one.rows(step).tolist() for step in range(20)] == backwards[::-1]


def test_weights_say_how_often_a_row_comes() -> None:
    weights = np.repeat([2.0, 0.5], [51, 50])
    one = order(weights)
    for number in range(3):
        counts = np.bincount(np.concatenate(epoch(one, number)), minlength=101)
        assert (counts[:51] == 2).all()
        assert counts[51:].sum() == 25
        assert counts[51:].max() == 1


def test_unequal_shares_are_kept_to() -> None:
    weights = np.repeat([0.9, 0.1], [51, 50])
    one = order(weights)
    often = np.bincount(
        np.concatenate([s for n in range(200) for s in epoch(one, n)]), minlength=101
    )
    assert often[:51].sum() / 200 == pytest.approx(0.9 * 51, rel=0.02)
    assert often[51:].sum() / 200 == pytest.approx(0.1 * 50, rel=0.1)
    assert often.sum() == 200 * one.size


def test_as_published_a_step_is_shared_evenly_or_not_at_all() -> None:
    with pytest.raises(UsageError, match="3 processes cannot share a step of 4 texts"):
        PublishedSampler(23, batch=4, parts=1, rank=0, ranks=3)


def test_texts_of_a_step_are_about_equally_long() -> None:
    steps = epoch(order(), 0)
    spread = [np.ptp(LENGTHS[step]) for step in steps]
    assert np.mean(spread) < 25


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_micro_batches_hold_the_step_and_keep_to_the_budget(ranks: int) -> None:
    rows = order().rows(4).tolist()
    found = pack(rows, LENGTHS, 400, ranks)
    assert sorted(itertools.chain(*found)) == sorted(rows)
    for some in found:
        assert len(some) == 1 or len(some) * LENGTHS[some].max() <= 400
    assert len(found) >= ranks


def test_a_text_longer_than_the_budget_goes_alone() -> None:
    assert pack([0, 1], np.array([500, 600]), 400) == [[1], [0]]


def test_as_published_the_rest_of_an_epoch_is_dropped() -> None:
    one = PublishedSampler(23, batch=4, parts=1)
    assert one.steps(3) == 15
    seen = list(itertools.chain(*map(one.rows, range(5))))
    assert len(seen) == len(set(seen)) == 20
    assert one.position(5) == 1.0
    assert one.position(6) == pytest.approx(1 + 4 / 23)


def test_a_drawn_share_is_drawn_again_alike_and_anew_in_each_pass() -> None:
    half = np.full(len(LENGTHS), 0.5)
    one, other = order(half), order(half)
    first, second = (np.sort(np.concatenate(epoch(one, number))).tolist() for number in (0, 1))
    assert first == np.sort(np.concatenate(epoch(other, 0))).tolist()
    assert first != second
    assert len(first) == len(second) == 50


def test_a_micro_batch_is_filled_to_its_budget_and_shared_evenly() -> None:
    equal = np.full(8, 10)
    assert list(map(len, pack(range(8), equal, 30))) == [3, 3, 2]
    assert list(map(len, pack(range(8), equal, 29))) == [2, 2, 2, 2]
    assert list(map(len, pack(range(8), equal, 1000))) == [8]
    assert list(map(len, pack(range(8), equal, 1000, 2))) == [4, 4]
    assert list(map(len, pack(range(8), equal, 1000, 3))) == [2, 2, 2, 2]
    assert list(map(len, pack(range(8), equal, 1))) == [1] * 8


@pytest.mark.parametrize(("parts", "ranks"), [(1, 1), (1, 2), (3, 2)])
def test_the_published_sampler_walks_the_published_order(parts: int, ranks: int) -> None:
    for rank in range(ranks):
        one = PublishedSampler(50, batch=4 * ranks, parts=parts, rank=rank, ranks=ranks)
        for number in (1, 0, parts):
            steps = range(one.steps(number), one.steps(number + 1))
            rows = [row for step in steps for row in one.rows(step)]
            order = published_order(50, number, parts=parts, rank=rank, ranks=ranks)
            assert rows == order[: len(order) // 4 * 4]
            assert one.position(steps[0]) == number
            assert one.position(steps[1]) == number + 4 / len(order)
