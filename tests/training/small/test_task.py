"""One command, from a recipe to a model that answers: all phases, stopped and taken up again."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import mullama
from mullama.evaluation.small_model import TARGETS
from mullama.listen.encoders.spectra import BANDS, ONSET_GROUPS
from mullama.training.logging import RunLogger
from mullama.training.loop import Loop
from mullama.training.recipe import Recipe
from mullama.training.recipe_file import load_recipe
from mullama.training.run_options import RunOptions
from mullama.training.small.corpus import shard_name, split_folder, write_shard
from mullama.training.small.task import FIGURES, SmallTask
from mullama.training.small.texts import imagined
from mullama.training.trainable import trained_by
from mullama.training.trainer import run

RECIPE = """
name: tiny
seed: 3
log_steps: 2
model:
  hidden: 32
  layers: 2
  heads: 2
  inner: 48
  vocabulary: 600
  positions: 72
  adapted_layers: 2
  bridge_width: 32
  encoder: {hidden_size: 32, intermediate_size: 32, num_hidden_layers: 1, frame_channels: [4, 4, 4, 4]}
splits:
  - {name: music, purpose: encoder, clips: 8, silences: 1}
  - {name: seen, purpose: held-out, clips: 6}
  - {name: unseen, purpose: held-out, clips: 6, bank: timgm6mb}
phases:
  - {name: hear, objective: attributes, trains: ["encoder.*", "bridge.mix.*", "probes.*"],
     split: music, steps: 3, batch: 4}
  - {name: speak, objective: truth, trains: ["language_model.*", "shifts.*", "facts.*"],
     split: music, steps: 3, batch: 8, noise: 0.1}
  - {name: align, objective: align, trains: ["bridge.proj.*", "bridge.blocks.*"],
     split: music, steps: 3, batch: 4, variants: 2, teacher: probes}
  - {name: answer, objective: answers, split: music, steps: 3, batch: 8, variants: 2,
     trains: ["bridge.*", "shifts.*", "language_model.*"]}
"""


def make_music(recipe: Recipe, folder: Path) -> None:
    """Write made-up spectra where the rendered ones would lie; the truths are the studio's own."""
    rng = np.random.default_rng(0)
    for split in recipe.splits:
        truths = imagined(split)
        heard = [
            (
                rng.integers(0, 200, (BANDS, 100), dtype=np.uint8),
                rng.integers(0, 50, (ONSET_GROUPS, 200), dtype=np.uint8),
            )
            for _ in truths
        ]
        here = split_folder(split, folder)
        here.mkdir(parents=True)
        write_shard(here / shard_name(0), heard, [json.dumps(t.as_dict()) for t in truths])


@pytest.fixture(scope="module")
def recipe_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("recipe") / "tiny.yaml"
    path.write_text(RECIPE)
    make_music(load_recipe(path), path.parent / "music")
    return path


@pytest.fixture(scope="module")
def whole(recipe_path: Path) -> Path:
    out = recipe_path.parent / "whole"
    run(recipe_path, out, RunOptions(music=recipe_path.parent / "music"), report=lambda _: None)
    return out


def test_a_run_ends_with_a_model_and_every_figure(whole: Path) -> None:
    stored = json.loads((whole / FIGURES).read_text())
    assert set(stored["figures"]) == {
        "majority",
        "seen",
        "unseen",
        "seen, wrong song",
        "unseen, wrong song",
    }
    assert set(stored["figures"]["seen"]) == {bar.row for bar in TARGETS}
    model = mullama.load(whole / "model", dtype="float32")
    song = model.listen(np.zeros(48_000, dtype=np.float32), sample_rate=24_000)
    assert song.ask("Are there drums?", max_new_tokens=4).token_ids
    weights = load_file(whole / "model" / "model.safetensors")
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}
    assert not any(name.startswith(("heads", "facts")) for name in weights)


@pytest.mark.slow
@pytest.mark.parametrize("stops", [(2, 5), (7, 4)])
def test_a_stopped_run_gives_the_same_model(
    recipe_path: Path, whole: Path, tmp_path: Path, stops: tuple[int, ...]
) -> None:
    for most in (*stops, None):
        music = recipe_path.parent / "music"
        options = RunOptions(music=music, max_steps=most)
        run(recipe_path, tmp_path, options, report=lambda _: None)
    one, other = (load_file(folder / "model" / "model.safetensors") for folder in (whole, tmp_path))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_each_phase_reaches_every_parameter_that_it_names(
    recipe_path: Path, tmp_path: Path
) -> None:
    recipe = load_recipe(recipe_path)
    music = recipe_path.parent / "music"
    task = SmallTask(recipe, tmp_path, music, 1, lambda _: None)
    logger = RunLogger(tmp_path, lambda _: None)
    loop = Loop(recipe, task.loss_module(), tmp_path, task.objective, logger)
    for phase in recipe.phases:
        before = {n: p.detach().clone() for n, p in task.trainable.named_parameters()}
        loop.train(max_steps=phase.steps)
        moved = {n for n, p in task.trainable.named_parameters() if not torch.equal(before[n], p)}
        named = {n for n in before if trained_by(n, phase.trains)}
        # Keys' biases move all scores alike; what a Listening's mean never sees has no gradient.
        assert {n for n in named - moved if not n.endswith("k_proj.bias")} == set()
        assert moved <= named
