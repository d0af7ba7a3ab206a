"""The probe learns what is there, by the state that tells it, and nothing from noise; always the same."""

import numpy as np
import pytest
import torch

from mullama.evaluation.probe.options import TrainingOptions
from mullama.evaluation.probe.train import TrainedProbe, judge, train_probe

OPTIONS = TrainingOptions(hidden=32, epochs=60, patience=8)


def drawn(count: int, seed: int, *, told: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Three states of six numbers; the second tells two tags, on a scale of its own."""
    random = np.random.default_rng(seed)
    states = random.normal(size=(count, 3, 6)) * 100 + 40
    present = random.random((count, 2)) < 0.4
    if told:
        states[:, 1, :2] += 500 * present
    return states.astype(np.float16), present


def trained(**changes: object) -> TrainedProbe:
    options = TrainingOptions(**{**OPTIONS.__dict__, **changes})
    return train_probe(drawn(300, 0), drawn(100, 1), options)


def test_it_learns_what_the_states_tell() -> None:
    probe = trained()
    states, present = drawn(200, 2)
    assert judge(present, probe.scores(states)).roc_auc > 0.97
    assert probe.validation > 0.97
    assert int(np.abs(probe.mix()).argmax()) == 1
    assert 1 <= probe.best_epoch <= probe.epochs <= 60


def test_noise_tells_nothing() -> None:
    probe = train_probe(drawn(300, 0, told=False), drawn(100, 1, told=False), OPTIONS)
    states, present = drawn(400, 2, told=False)
    assert judge(present, probe.scores(states)).roc_auc == pytest.approx(0.5, abs=0.1)
    assert probe.epochs < 60  # stopped


def test_the_same_seed_gives_the_same_scores() -> None:
    states, _ = drawn(50, 2)
    torch.manual_seed(123)
    before = torch.get_rng_state()
    one, again, other = trained(epochs=3), trained(epochs=3), trained(epochs=3, seed=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(one.scores(states), again.scores(states))
    assert not np.array_equal(one.scores(states), other.scores(states))


def test_the_best_pass_counts() -> None:
    """Scores are those of the pass that is said to be the best, not of the last."""
    long = trained()
    short = trained(epochs=long.best_epoch)
    states, _ = drawn(50, 2)
    assert long.epochs > long.best_epoch
    assert np.array_equal(long.scores(states), short.scores(states))
    assert long.validation == short.validation


def test_numbers_that_never_change_do_no_harm() -> None:
    states, present = drawn(100, 0)
    states[:, :, 3] = 7
    probe = train_probe((states, present), drawn(40, 1), TrainingOptions(epochs=2))
    states[:, :, 3] = 7.5
    assert np.isfinite(probe.scores(states)).all()


def test_passes_are_judged_by_rank_and_then_by_how_sure_they_are() -> None:
    present = np.array([[True], [False], [True]])
    right, surer, wrong = (
        np.array(one)[:, None] for one in ([1.0, -1, 1], [3.0, -3, 3], [-9.0, 9, 9])
    )
    assert judge(present, surer) > judge(present, right) > judge(present, wrong)
    assert judge(present, right).roc_auc == judge(present, surer).roc_auc == 1
    assert judge(present, right).log_likelihood == pytest.approx(-np.log1p(np.exp(-1)))
