"""What a run will need: counted exactly, timed, and sized for the recipes of real models."""

from pathlib import Path

import pytest

from mullama.config import MuLlamaConfig
from mullama.training.estimate import GIGABYTE, dry_run, needs
from mullama.training.recipe_file import load_recipe
from mullama.training.run_options import RunOptions
from paths import RECIPES
from runs import write_data, write_recipe

MERT_330M = {
    "model_type": "mullama_mert",
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "do_stable_layer_norm": True,
}
LLAMA_13B = {
    "model_type": "llama",
    "hidden_size": 5120,
    "intermediate_size": 13824,
    "num_hidden_layers": 40,
    "num_attention_heads": 40,
    "attention_bias": True,
    "mlp_bias": True,
}


@pytest.mark.parametrize(
    ("recipe", "published"),
    # As published, without the 12 x 32 gates of layers that no music reaches.
    [("pretrain-7b", 608_273_434 - 384), ("finetune-7b", 41_340_928)],
)
def test_the_published_phases_train_as_many_parameters(recipe: str, published: int) -> None:
    read = load_recipe(RECIPES / f"{recipe}.yaml")
    found = needs(MuLlamaConfig(audio_config=MERT_330M), read, read.phases[0])
    assert found.trained == published


@pytest.mark.parametrize(
    ("recipe", "text", "processes", "gigabytes"),
    [
        ("pretrain-7b", None, 1, 80),
        ("finetune-7b", None, 1, 80),
        ("finetune-7b-24gb", None, 1, 24),
        ("finetune-7b-8x80gb", None, 8, 80),
        ("pretrain-13b", LLAMA_13B, 8, 80),
        ("finetune-13b", LLAMA_13B, 8, 24),
    ],
)
def test_the_recipes_fit_where_they_say(
    recipe: str, text: dict[str, object] | None, processes: int, gigabytes: int
) -> None:
    read = load_recipe(RECIPES / f"{recipe}.yaml")
    config = MuLlamaConfig(audio_config=MERT_330M, text_config=text)
    assert needs(config, read, read.phases[0], processes).total < 0.92 * gigabytes * GIGABYTE


def test_a_dry_run_says_what_will_be_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    recipe = load_recipe(write_recipe(tmp_path / "r.yaml", folder))
    before = sorted(tmp_path.rglob("*"))
    lines = list(dry_run(recipe, RunOptions(data=data, device="cpu"), print))
    assert lines[0] == f"tiny: starts from {folder}; 23 pairs to train on"
    assert "in 12 steps of 6 pairs" in lines[1]
    assert "GB a process" in lines[2]
    assert "one step on cpu: " in lines[3]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_dry_run_of_the_small_model_names_its_phases(tmp_path: Path) -> None:
    recipe = load_recipe(RECIPES / "small.yaml")
    lines = list(dry_run(recipe, RunOptions(), print))
    assert len(lines) == 1 + len(recipe.phases)
