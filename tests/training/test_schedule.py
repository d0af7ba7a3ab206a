"""Rates and order: the published ones to the digit, and ours."""

import itertools
import json
from typing import Any

import pytest

from goldens import GOLDEN
from mullama.training.schedule import learning_rate, published_order, shuffled

SCHEDULES: dict[str, Any] = json.loads((GOLDEN / "schedules.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["lr_pretrain", "lr_finetune"])
def test_the_published_learning_rates(name: str) -> None:
    known = SCHEDULES[name]
    for epoch, step, expected in known["values"]:
        at = epoch + step / known["steps_per_epoch"]
        found = learning_rate(known["actual_lr"], known["warmup"], known["epochs"], at)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-18)


@pytest.mark.parametrize("name", ["a", "b"])
def test_the_published_order_of_parts(name: str) -> None:
    known = SCHEDULES["sampler"][name]
    for key, expected in known["indices"].items():
        rank, epoch = (int(part) for part in key.replace("rank", "").split("_epoch"))
        found = published_order(
            known["n"],
            epoch,
            parts=known["split_epoch"],
            rank=rank,
            ranks=known["replicas"],
            seed=known["seed"],
        )
        assert found == expected, key


@pytest.mark.parametrize("epoch", [0, 1])
def test_the_published_order_of_whole_epochs(epoch: int) -> None:
    expected = SCHEDULES["finetune_DistributedSampler_epoch" + str(epoch)]
    assert published_order(23, epoch) == expected


def test_ours_leaves_nothing_out() -> None:
    parts = [shuffled(23, 5, epoch, 4).tolist() for epoch in range(8)]
    first, second = list(itertools.chain(*parts[:4])), list(itertools.chain(*parts[4:]))
    assert sorted(first) == sorted(second) == list(range(23))
    assert first != second


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    rates = [learning_rate(2.0, 3, 11, at) for at in range(12)]
    assert rates[0] == 0
    assert max(rates) == rates[3] == 2.0
    assert rates[3:] == sorted(rates[3:], reverse=True)
    assert rates[11] == pytest.approx(0)
