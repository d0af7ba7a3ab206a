"""The training loop loses nothing when it is stopped, and stops when it must."""

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mullama.errors import UsageError
from mullama.training.loop import (
    CHECKPOINT,
    LOG,
    Loop,
    TrainingError,
    choose,
    learning_rate,
    weight_decay_groups,
)
from mullama.training.recipe import Phase, Recipe, Split

SPLITS = (Split("music", "encoder", 2),)


def phase(name: str, trains: str, steps: int = 6) -> Phase:
    return Phase(name, "attributes", (trains,), "music", steps, learning_rate=0.05, warmup_steps=2)


RECIPE = Recipe("tiny", SPLITS, (phase("one", "first.*"), phase("two", "*")), log_steps=2)


class Toy(nn.Module):
    """Two layers and dropout, so that random numbers matter."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(nn.functional.dropout(self.first(x), 0.3))  # type: ignore[no-any-return]


class Fit:
    """Bring the toy's output to one."""

    def __init__(self, toy: Toy, worst: int | None = None) -> None:
        self.toy, self.worst = toy, worst

    def loss(self, step: int) -> Tensor:
        loss = (self.toy(torch.randn(8, 4)) - 1).square().mean()
        return loss * float("nan") if step == self.worst else loss


def loop(folder: Path, worst: int | None = None) -> Loop:
    toy = Toy()
    return Loop(RECIPE, toy, folder, lambda _: Fit(toy, worst), report=lambda _: None)


def weights(one: Loop) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in one.pupil.state_dict().items()}


@pytest.mark.parametrize("stop", [1, 3, 6, 8])
def test_a_stopped_run_ends_with_the_same_weights(tmp_path: Path, stop: int) -> None:
    whole = loop(tmp_path / "whole")
    assert whole.train()
    first = loop(tmp_path / "parts")
    assert not first.train(max_steps=stop)
    second = loop(tmp_path / "parts")
    assert second.resume()
    assert second.train()
    for name, tensor in weights(whole).items():
        assert torch.equal(tensor, weights(second)[name]), name


def test_a_phase_trains_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    one = loop(tmp_path)
    before = weights(one)
    one.train(max_steps=6)
    after = weights(one)
    assert not torch.equal(before["first.weight"], after["first.weight"])
    assert torch.equal(before["second.weight"], after["second.weight"])


def test_a_loss_that_is_no_number_stops_the_run_and_keeps_the_checkpoint(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=3)
    broken = loop(tmp_path, worst=4)
    broken.resume()
    with pytest.raises(TrainingError, match="phase one: loss is nan at step 4"):
        broken.train()
    again = loop(tmp_path)
    assert again.resume()
    assert again.progress.step == 3


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=1)
    other = Loop(
        Recipe("tiny", SPLITS, RECIPE.phases, seed=9), Toy(), tmp_path, lambda _: Fit(Toy())
    )
    with pytest.raises(UsageError, match="belongs to another recipe"):
        other.resume()


def test_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    assert not loop(tmp_path).resume()


def test_the_log_has_a_line_for_every_few_steps(tmp_path: Path) -> None:
    loop(tmp_path).train()
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text().splitlines()]
    assert [(line["phase"], line["step"]) for line in lines] == [
        (name, step) for name in ("one", "two") for step in (2, 4, 6)
    ]
    assert not list(tmp_path.glob("*.part"))
    assert (tmp_path / CHECKPOINT).exists()


def test_a_pattern_that_matches_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"trains 'frist\.\*'"):
        choose(Toy(), ["first.*", "frist.*"])


def test_vectors_do_not_decay() -> None:
    decayed, kept = weight_decay_groups(choose(Toy(), ["*"]), phase("one", "*"))
    assert {p.ndim for p in decayed["params"]} == {2}
    assert {p.ndim for p in kept["params"]} == {1}
    assert kept["weight_decay"] == 0.0


def test_the_learning_rate_rises_then_falls_to_nothing() -> None:
    one = phase("one", "*", steps=12)
    rates = [learning_rate(one, step) for step in range(13)]
    assert rates[:3] == [0.025, 0.05, 0.05]
    assert rates[2:] == sorted(rates[2:], reverse=True)
    assert rates[7] == pytest.approx(0.025)
    assert rates[12] == pytest.approx(0.0)
