"""From a recipe to a model that answers: all of the small model's phases, stopped and resumed."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import mullama
from mullama.errors import UsageError
from mullama.training.logging import RunLogger
from mullama.training.loop import Loop
from mullama.training.phases import is_trained
from mullama.training.recipe_file import load_recipe
from mullama.training.run_options import RunOptions
from mullama.training.small.task import prepare_small_task
from mullama.training.trainer import run
from small_runs import write_small_recipe


@pytest.fixture(scope="module")
def recipe_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_recipe(tmp_path_factory.mktemp("recipe"))


@pytest.fixture(scope="module")
def whole(recipe_path: Path) -> Path:
    out = recipe_path.parent / "whole"
    options = RunOptions(music=recipe_path.parent / "music")
    assert run(recipe_path, out, options, report=lambda _: None).finished
    return out


def test_a_run_ends_with_a_model_that_answers(whole: Path) -> None:
    model = mullama.load(whole / "model", dtype="float32")
    song = model.listen(np.zeros(48_000, dtype=np.float32), sample_rate=24_000)
    assert song.ask("Are there drums?", max_new_tokens=4).token_ids
    weights = load_file(whole / "model" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert not any(name.startswith(("probes", "facts")) for name in weights)


def test_ears_go_on_learning_from_several_splits(whole: Path, tmp_path: Path) -> None:
    path = write_small_recipe(tmp_path)
    path.write_text(
        f"name: further\nseed: 4\nstart: {whole / 'model'}\n"
        "model: {encoder: {tuned_pitches: true}}\n"
        "splits:\n"
        "  - {name: music, purpose: encoder, clips: 8, silences: 1}\n"
        "  - {name: seen, purpose: held-out, clips: 6}\n"
        "phases:\n"
        "  - {name: hear, objective: attributes, split: music + seen, steps: 3, batch: 4,\n"
        "     trains: [encoder.*, bridge.mix.*, probes.*]}\n"
        "  - {name: answer, objective: answers, split: music + seen + music, steps: 3, batch: 8,\n"
        "     teacher: probes, trains: [bridge.proj.*, language_model.*]}\n"
        "  - {name: name, objective: truth, split: music + seen, steps: 2, batch: 8,\n"
        "     teacher: probes, trains: [facts.*]}\n"
        "  - {name: align, objective: align, split: music + seen, steps: 2, batch: 8,\n"
        "     teacher: probes, mixtures: 2, trains: [bridge.proj.*]}\n"
    )
    options = RunOptions(music=tmp_path / "music")
    recipe = load_recipe(path)
    task = prepare_small_task(recipe, tmp_path, options, lambda _: None)
    assert len(task.music("music + seen + music")) == 9 + 6 + 9
    assert run(path, tmp_path / "on", options, report=lambda _: None).finished
    before = load_file(whole / "model" / "model.safetensors")
    after = load_file(tmp_path / "on" / "model" / "model.safetensors")
    grown = "encoder.feature_extractor.pitches.chords.weight"
    assert after[grown].shape[1] == 2 * before[grown].shape[1]
    assert after[grown][:, before[grown].shape[1] :].any()
    assert {name for name in before if before[name].shape != after[name].shape} == {grown}
    assert torch.equal(before["shifts.queries"], after["shifts.queries"])  # which nothing trains
    mu = mullama.load(tmp_path / "on" / "model")
    assert mu.model.config.audio_config.tuned_pitches
    assert mu.tokenizer.get_vocab() == mullama.load(whole / "model").tokenizer.get_vocab()


def test_a_recipe_names_splits_that_it_has(tmp_path: Path) -> None:
    path = write_small_recipe(tmp_path)
    with pytest.raises(UsageError, match="no split 'sceen'"):
        load_recipe(path, ["phases.hear.split=music + sceen"])


def test_what_is_true_of_a_mixture_nobody_knows(tmp_path: Path) -> None:
    path = write_small_recipe(tmp_path)
    with pytest.raises(UsageError, match="phase align: mixtures need `teacher: probes`"):
        load_recipe(path, ["phases.align.mixtures=2", "phases.align.teacher=truth"])
    with pytest.raises(UsageError, match="phase align: probable facts need `teacher: probes`"):
        load_recipe(path, ["phases.align.probable=true", "phases.align.teacher=truth"])


@pytest.mark.slow
@pytest.mark.parametrize("stops", [(2, 5), (7, 4)])
def test_a_stopped_run_gives_the_same_model(
    recipe_path: Path, whole: Path, tmp_path: Path, stops: tuple[int, ...]
) -> None:
    for most in (*stops, None):
        options = RunOptions(music=recipe_path.parent / "music", max_steps=most)
        result = run(recipe_path, tmp_path, options, report=lambda _: None)
        assert result.finished == (most is None)
    one, other = (load_file(folder / "model" / "model.safetensors") for folder in (whole, tmp_path))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_each_phase_reaches_every_parameter_that_it_names(
    recipe_path: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(recipe_path)
    options = RunOptions(music=recipe_path.parent / "music")
    task = prepare_small_task(recipe, tmp_path, options, lambda _: None)
    logger = RunLogger(tmp_path, lambda _: None)
    loop = Loop(recipe, task.loss_module, tmp_path, task.objective, logger)
    for phase in recipe.phases:
        before = {n: p.detach().clone() for n, p in task.trainable.named_parameters()}
        loop.train(max_steps=phase.steps)
        moved = {n for n, p in task.trainable.named_parameters() if not torch.equal(before[n], p)}
        named = {n for n in before if is_trained(n, phase.trains)}
        # Keys' biases move all scores alike; what a Listening's mean never sees has no gradient.
        assert {n for n in named - moved if not n.endswith("k_proj.bias")} == set()
        assert moved <= named
