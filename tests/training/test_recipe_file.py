"""Recipes are read strictly, and the ones in the repository all fit."""

from pathlib import Path

import pytest
import yaml

from mullama.errors import UsageError
from mullama.options import from_mapping
from mullama.studio.split import Split
from mullama.training.recipe import Recipe
from mullama.training.recipe_file import load_recipe
from paths import RECIPES

SMALL = sorted([*RECIPES.glob("small*.yaml"), *RECIPES.glob("listening*.yaml")])
PHASE = {
    "name": "hear",
    "objective": "attributes",
    "trains": ["encoder.*"],
    "split": "music",
    "steps": 3,
}
STORED = {
    "name": "tiny",
    "splits": [{"name": "music", "purpose": "encoder", "clips": 2}],
    "phases": [PHASE],
}


@pytest.mark.parametrize("path", SMALL, ids=lambda path: path.stem)
def test_the_small_recipes_fit(path: Path) -> None:
    recipe = load_recipe(path)
    assert recipe.phases
    assert {split.name for split in recipe.splits} >= {"seen", "unseen"}


def test_lists_become_tuples_and_whole_numbers_rates() -> None:
    recipe = from_mapping(Recipe, {**STORED, "phases": [{**PHASE, "learning_rate": 1}]}, "here")
    assert recipe.splits == (Split("music", "encoder", 2),)
    assert recipe.phases[0].trains == ("encoder.*",)
    assert recipe.phases[0].learning_rate == 1.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sede": 1}, "unknown key 'sede'; did you mean 'seed'"),
        ({"ears": "small"}, "`ears` stands beside `start`"),
        (
            {"phases": [{**PHASE, "step": 1}]},
            r"phases\[0\]: unknown key 'step'; did you mean 'steps'",
        ),
        (
            {"phases": [{**PHASE, "steps": "many"}]},
            r"phases\[0\]: steps: expected int >= 0, got 'many'",
        ),
        ({"phases": [{**PHASE, "steps": True}]}, "expected int >= 0, got True"),
        ({"phases": [{**PHASE, "objective": "fun"}]}, "expected 'pairs' or"),
        ({"phases": [{"name": "hear"}]}, "missing key 'objective'"),
        (
            {"splits": [{"name": "music", "purpose": "encoder", "clips": 2, "bank": 3}]},
            "expected str",
        ),
        ({"phases": 3}, "phases: expected"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_mapping(Recipe, {**STORED, **change}, "here")


def test_a_phase_must_name_a_split_that_is_there(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(
        "name: tiny\n"
        "splits: [{name: music, purpose: encoder, clips: 2}]\n"
        "phases: [{name: a, objective: align, trains: [x], split: musik, steps: 1}]\n"
    )
    with pytest.raises(UsageError, match="no split 'musik'; did you mean 'music'"):
        load_recipe(path)


@pytest.mark.parametrize("text", ["a: [", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "recipe.yaml"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=r"cannot read recipe .*recipe\.yaml"):
        load_recipe(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"longest": 96}, r"phases\[0\]: longest is called max_length now"),
        ({"objective": "carry"}, r"phases\[0\]: objective carry is called align now"),
        ({"teacher": "heads"}, r"phases\[0\]: teacher heads is called probes now"),
        ({"trains": ["bridge.*", "heads.*"]}, r"trains 'heads\.\*' is called 'probes\.\*' now"),
    ],
)
def test_old_names_are_refused_with_the_new_ones(
    tmp_path: Path, change: dict[str, object], said: str
) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(yaml.safe_dump({**STORED, "phases": [{**PHASE, **change}]}))
    with pytest.raises(UsageError, match=rf"recipe\.yaml.*{said}"):
        load_recipe(path)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"seed": 2**64}, "seed: expected int from 0 to 1073741824"),
        ({"validation": 1.5}, "validation: expected float from 0 to 1"),
        ({"checkpoint_seconds": float("nan")}, "checkpoint_seconds: expected finite float >= 0"),
        ({"phases": [{**PHASE, "batch": 0}]}, r"phases\[0\]: batch: expected int >= 1, got 0"),
        ({"phases": [{**PHASE, "max_length": 4}]}, "max_length: expected int >= 8"),
        ({"phases": [{**PHASE, "steps": 0}]}, "phase hear: say how many steps"),
        ({"phases": [PHASE, PHASE]}, "needs phases, each with a name of its own"),
        ({"phases": []}, "needs phases, each with a name of its own"),
        ({"data": [{"file": "a.json", "weight": -1}]}, r"data\[0\]: weight: expected finite float"),
        ({"splits": [{"name": "m", "purpose": "encoder", "clips": 0}]}, "clips: expected int >= 1"),
    ],
)
def test_values_out_of_bounds_are_named(change: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        from_mapping(Recipe, {**STORED, **change}, "here")


@pytest.mark.parametrize(
    "text", ["seed: " + "9" * 5000, "a: " + "[" * 5000, "- 1", "phases: [{name: [a]}]\nname: x"]
)
def test_hostile_yaml_gets_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_recipe(path)
    assert "\n" not in str(refused.value)


def test_a_recipe_extends_another_and_values_are_set_by_name(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(STORED))
    path = tmp_path / "recipe.yaml"
    path.write_text("extends: base.yaml\nphases: [{name: hear, batch: 4}]\n")
    recipe = load_recipe(path, ["phases.hear.learning_rate=1e-4", "seed=7"])
    assert recipe.phases[0].batch == 4
    assert recipe.phases[0].steps == 3
    assert recipe.phases[0].learning_rate == 1e-4
    assert recipe.seed == 7
    with pytest.raises(UsageError, match=r"--set phases\.sing\.batch=1: no 'sing' among hear"):
        load_recipe(path, ["phases.sing.batch=1"])


def test_a_recipe_that_talks_learns_beside_the_studios_clips() -> None:
    recipe = load_recipe(RECIPES / "english.yaml")
    assert not recipe.learns_from_pairs  # so that the trainer keeps it on the CPU
    with pytest.raises(UsageError, match="with `talk`, pairs, truth, align are learnt"):
        load_recipe(RECIPES / "english.yaml", ["phases.speak.objective=answers"])
