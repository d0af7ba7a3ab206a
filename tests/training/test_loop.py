"""The training loop loses nothing when it is stopped, and stops when it must."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from mullama.errors import UsageError
from mullama.jobs.atomic import part_name
from mullama.studio.split import Split
from mullama.training.checkpoints import FOLDER, TrainingError, read, write
from mullama.training.curve import CURVE
from mullama.training.logging import RunLogger
from mullama.training.loop import Loop, Stopped
from mullama.training.objective import Objective, StepObjective
from mullama.training.recipe import Phase, Recipe
from mullama.training.run_log import LOG, read_log
from mullama.training.trainable import LossModule, TrainableModel

SPLITS = (Split("music", "encoder", 2),)


def phase(name: str, trains: str, steps: int = 6) -> Phase:
    return Phase(name, "attributes", (trains,), "music", steps, learning_rate=0.05, warmup_steps=2)


RECIPE = Recipe(
    "tiny",
    (phase("one", "first.*"), phase("two", "*")),
    splits=SPLITS,
    log_steps=2,
    validate_steps=2,
)


class Toy(TrainableModel):
    """Two layers and dropout, so that random numbers matter."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        super().__init__(nn.Identity())
        self.first = nn.Linear(4, 4)
        self.second = nn.Linear(4, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(nn.functional.dropout(self.first(x), 0.3, self.training))  # type: ignore[no-any-return]


class Fit(StepObjective):
    """Bring the toy's output to one."""

    def __init__(
        self, toy: Toy, phase: Phase, worst: int | None, held_out: list[float] | None
    ) -> None:
        self.toy, self.phase, self.worst, self.held_out = toy, phase, worst, held_out

    def loss(self, micro: int | float) -> Tensor:
        if isinstance(micro, float):
            return torch.tensor(micro)
        loss = (self.toy(torch.randn(8, 4)) - 1).square().mean()
        return loss * float("nan") if micro == self.worst else loss

    def validation(self) -> list[float]:  # type: ignore[override]
        return [self.held_out.pop(0)] if self.held_out else []


def loop(
    folder: Path,
    worst: int | None = None,
    recipe: Recipe = RECIPE,
    held_out: list[float] | None = None,
    said: list[str] | None = None,
) -> Loop:
    toy = Toy()
    folder.mkdir(parents=True, exist_ok=True)
    logger = RunLogger(folder, [].append if said is None else said.append)
    return Loop(recipe, LossModule(toy), folder, lambda p: Fit(toy, p, worst, held_out), logger)


def weights(one: Loop) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in one.trainable.state_dict().items()}


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


def test_a_run_that_is_asked_to_stop_saves_first(tmp_path: Path) -> None:
    whole = loop(tmp_path / "whole")
    whole.train()
    first = loop(tmp_path / "parts")
    first.stop()
    with pytest.raises(Stopped):
        first.train()
    second = loop(tmp_path / "parts")
    assert second.resume()
    assert second.progress.total == 1
    second.train()
    assert all(torch.equal(t, weights(second)[n]) for n, t in weights(whole).items())


def test_a_run_that_prepares_a_phase_stops_at_once(tmp_path: Path) -> None:
    run = loop(tmp_path)

    def endless(_: Phase) -> Objective:
        run.stop()
        raise AssertionError("the phase was prepared to its end")

    prepare, run.objective_for = run.objective_for, endless
    with pytest.raises(Stopped):
        run.train()
    run.objective_for = prepare
    with pytest.raises(Stopped):  # it is still asked to, and stops after one step
        run.train()
    assert run.progress.total == 1


def test_a_phase_trains_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    one = loop(tmp_path)
    before = weights(one)
    one.train(max_steps=6)
    after = weights(one)
    assert not torch.equal(before["first.weight"], after["first.weight"])
    assert torch.equal(before["second.weight"], after["second.weight"])


def test_a_non_finite_loss_stops_the_run_before_the_step(tmp_path: Path) -> None:
    sound = loop(tmp_path / "sound")
    sound.train(max_steps=4)
    broken = loop(tmp_path / "broken", worst=4)
    with pytest.raises(TrainingError, match=r"phase one: .* step 4, at the batch of step 4"):
        broken.train()
    again = loop(tmp_path / "broken")
    assert again.resume()
    assert again.progress.step == 4
    assert all(torch.equal(t, weights(again)[n]) for n, t in weights(sound).items())


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"seed": 9}, "seed"),
        ({"precision": "bfloat16"}, "precision"),
        ({"phases": (phase("one", "*"), phase("two", "*"))}, "phases"),
    ],
)
def test_a_checkpoint_of_another_recipe_is_refused(
    tmp_path: Path, change: dict[str, Any], what: str
) -> None:
    loop(tmp_path).train(max_steps=1)
    other = loop(tmp_path, recipe=replace(RECIPE, **change))
    with pytest.raises(UsageError, match=f"belongs to a run with another {what}"):
        other.resume()


def test_phases_to_come_may_change_and_a_finished_run_may_be_given_more(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=2)
    longer = replace(RECIPE, phases=(*RECIPE.phases, phase("three", "second.*", 2)))
    more = loop(tmp_path, recipe=longer)
    assert more.resume()
    assert more.train()
    assert more.progress.total == 14


def test_a_run_goes_on_while_none_of_the_old_checkpoints_can_be_read(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=5)
    for path in (tmp_path / FOLDER).glob("*.json"):
        path.unlink()
    anew = loop(tmp_path)
    assert not anew.resume()
    anew.train(max_steps=1)
    again = loop(tmp_path)
    assert again.resume()
    assert again.progress.total == 1


def rewrite(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the newest checkpoint as another version would have written it."""
    path = sorted((folder / FOLDER).glob("step-*.pt"))[-1]
    state = read(path)
    change(state)
    write(path, state)


def test_a_checkpoint_of_version_0_2_0_is_resumed(tmp_path: Path) -> None:
    only = Recipe("tiny", RECIPE.phases[1:], splits=SPLITS, validate_steps=2)
    whole = loop(tmp_path / "whole", recipe=only, held_out=[1.0, 2.0, 3.0])
    whole.train()
    loop(tmp_path / "old", recipe=only, held_out=[1.0, 2.0]).train(max_steps=4)

    def as_before(state: dict[str, Any]) -> None:
        counters = state["progress"]
        state["progress"] = {
            {"bad_evaluations": "worse"}.get(name, name): value for name, value in counters.items()
        }

    rewrite(tmp_path / "old", as_before)
    again = loop(tmp_path / "old", recipe=only, held_out=[3.0])
    assert again.resume()
    assert again.progress.bad_evaluations == 1
    again.train()
    assert all(torch.equal(t, weights(again)[n]) for n, t in weights(whole).items())


@pytest.mark.parametrize("part", ["progress", "weights"])
def test_a_checkpoint_of_an_unknown_version_is_refused_in_one_line(
    tmp_path: Path, part: str
) -> None:
    loop(tmp_path).train(max_steps=2)
    rewrite(
        tmp_path,
        lambda state: state[part].update(mood=3) if part == "progress" else state.pop(part),
    )
    with pytest.raises(
        UsageError, match=r"checkpoints was written by another version of mullama: "
    ):
        loop(tmp_path).resume()


def test_nothing_to_resume_in_an_empty_folder(tmp_path: Path) -> None:
    assert not loop(tmp_path).resume()


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path: Path) -> None:
    one = loop(tmp_path)
    one.train(max_steps=2)
    one = loop(tmp_path)
    one.resume()
    one.train(max_steps=2)
    newest = sorted((tmp_path / FOLDER).glob("step-*.pt"))[-1]
    newest.write_bytes(newest.read_bytes()[:-500] + b"\0" * 500)
    part = part_name(tmp_path / FOLDER / "step-000000009-000.pt")
    (tmp_path / FOLDER / part).write_bytes(b"torn by a kill")
    said: list[str] = []
    again = loop(tmp_path, said=said)
    assert again.resume()
    assert again.progress.total == 2
    assert "damaged" in said[0]
    assert newest.name in said[0]
    assert {path.suffix for path in (tmp_path / FOLDER).iterdir()} == {".pt", ".json", ".damaged"}


def test_a_damaged_checkpoint_is_written_again_at_its_step(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=2)
    second = loop(tmp_path)
    second.resume()
    second.train(max_steps=2)
    newest = sorted((tmp_path / FOLDER).glob("step-*.pt"))[-1]
    whole = newest.read_bytes()
    newest.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
    third = loop(tmp_path)
    third.resume()
    assert third.progress.total == 2
    third.train(max_steps=2)
    fourth = loop(tmp_path)
    assert fourth.resume()
    assert fourth.progress.total == 4


def test_a_digest_without_its_checkpoint_counts_for_nothing(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=4)
    (newest,) = (tmp_path / FOLDER).glob("step-*.pt")
    newest.rename(tmp_path / "gone")  # as a kill between two renames may leave it
    loop(tmp_path).train(max_steps=4)
    again = loop(tmp_path)
    assert again.resume()
    assert again.progress.total == 4


def test_a_disk_that_is_full_leaves_the_last_checkpoint(tmp_path: Path) -> None:
    one = loop(tmp_path)
    one.train(max_steps=2)
    one = loop(tmp_path)
    one.resume()
    # Where the next checkpoint would be written nothing can be: a folder is in its way.
    in_the_way = tmp_path / FOLDER / "step-000000004-000.pt"
    in_the_way.mkdir()
    with pytest.raises(
        TrainingError, match=r"step-000000002-000\.pt is the last good one: free some"
    ):
        one.train(max_steps=2)
    in_the_way.rmdir()
    again = loop(tmp_path)
    assert again.resume()
    assert again.train()


def test_the_log_has_a_line_for_every_few_steps_and_none_twice(tmp_path: Path) -> None:
    loop(tmp_path).train(max_steps=3)
    # A killed run has logged what its checkpoint does not know.
    with (tmp_path / LOG).open("a") as log:
        log.write(json.dumps({"total_step": 4, "phase": "one", "loss": 1.0}) + '\n{"total')
    one = loop(tmp_path)
    one.resume()
    one.train()
    lines = [(line["phase"], line["step"]) for line in read_log(tmp_path)]
    assert lines == [(name, step) for name in ("one", "two") for step in (2, 4, 6)]
    assert not list(tmp_path.rglob("*.part"))
    assert (tmp_path / CURVE).read_bytes().startswith(b"\x89PNG")


def test_the_best_weights_of_a_phase_are_taken(tmp_path: Path) -> None:
    only = Recipe("tiny", RECIPE.phases[1:], splits=SPLITS, validate_steps=2)
    best = loop(tmp_path / "best", recipe=only, held_out=[3.0, 1.0, 2.0])
    best.train()
    four = loop(tmp_path / "four", recipe=only)
    four.train(max_steps=4)
    assert all(torch.equal(t, weights(best)[n]) for n, t in weights(four).items())


def test_a_phase_that_gets_worse_ends_early(tmp_path: Path) -> None:
    only = Recipe("tiny", (phase("one", "*", 40),), splits=SPLITS, validate_steps=2, patience=2)
    one = loop(tmp_path, recipe=only, held_out=[3.0, 1.0, 2.0, 2.0, 0.5])
    assert one.train()
    assert one.progress.total == 8
