"""Whatever the lengths, weights and numbers of processes: every text has its turn."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mullama.training.qa.sampler import Sampler, pack
from mullama.training.schedule import learning_rate, published_order, shuffled

LENGTHS = st.integers(1, 90).flatmap(
    lambda size: st.lists(st.integers(1, 300), min_size=size, max_size=size).map(np.array)
)


@given(LENGTHS, st.data(), st.integers(1, 9), st.integers(1, 3), st.integers(0, 2**31))
def test_every_text_comes_as_often_as_it_weighs(
    lengths: np.ndarray, data: st.DataObject, batch: int, parts: int, seed: int
) -> None:
    size = len(lengths)
    weights = np.array(data.draw(st.lists(st.integers(0, 3), min_size=size, max_size=size)), float)
    sampler = Sampler(lengths, weights, batch=batch, parts=parts, seed=seed)
    for turn in range(2):
        steps = range(sampler.steps(turn * parts), sampler.steps((turn + 1) * parts))
        rows = [sampler.rows(step) for step in steps]
        assert all(0 < len(some) <= batch for some in rows)
        taken = Counter(int(row) for some in rows for row in some)
        assert [taken[row] for row in range(size)] == weights.tolist()


@given(LENGTHS, st.integers(1, 2000), st.integers(1, 4))
def test_micro_batches_hold_every_row_within_their_budget(
    lengths: np.ndarray, budget: int, ranks: int
) -> None:
    groups = pack(range(len(lengths)), lengths, budget, ranks)
    assert sorted(row for group in groups for row in group) == list(range(len(lengths)))
    for group in groups:
        assert len(group) == 1 or int(lengths[group].max()) * len(group) <= budget


@given(st.integers(0, 60), st.integers(0, 2**31), st.integers(0, 9), st.integers(1, 5))
def test_the_parts_of_a_pass_are_all_of_it(count: int, seed: int, turn: int, parts: int) -> None:
    found = [shuffled(count, seed, turn * parts + part, parts) for part in range(parts)]
    assert sorted(np.concatenate(found).tolist()) == list(range(count))


@given(st.integers(1, 90), st.integers(0, 9), st.integers(1, 4), st.integers(1, 4))
def test_the_published_order_gives_each_process_as_much(
    count: int, epoch: int, parts: int, ranks: int
) -> None:
    found = [
        published_order(count, epoch, parts=parts, rank=rank, ranks=ranks) for rank in range(ranks)
    ]
    assert len({len(rows) for rows in found}) == 1
    taken = Counter(row for rows in found for row in rows)
    assert set(taken) <= set(range(count))
    assert parts == 1 or max(taken.values(), default=1) == 1


@given(st.floats(1e-6, 1), st.floats(0, 50), st.floats(0.1, 200), st.floats(0, 400))
def test_a_learning_rate_lies_between_nothing_and_its_peak(
    peak: float, warmup: float, total: float, at: float
) -> None:
    assert -1e-12 <= learning_rate(peak, warmup, total, at) <= peak * (1 + 1e-9)
    if warmup:
        assert learning_rate(peak, warmup, total, 0) == 0
    if total > warmup:
        assert learning_rate(peak, warmup, total, total) == pytest.approx(0, abs=1e-9)
        assert learning_rate(peak, warmup, total, warmup) == pytest.approx(peak)
