"""Recipes are read strictly, and the ones in the repository all fit."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.studio.split import Split
from mullama.training.recipe import Recipe
from mullama.training.recipe_file import build, load_recipe
from paths import RECIPES

SMALL = sorted(RECIPES.glob("small*.yaml"))
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
    recipe = build(Recipe, {**STORED, "phases": [{**PHASE, "learning_rate": 1}]}, "here")
    assert recipe.splits == (Split("music", "encoder", 2),)
    assert recipe.phases[0].trains == ("encoder.*",)
    assert recipe.phases[0].learning_rate == 1.0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"sede": 1}, "unknown key 'sede'; did you mean 'seed'"),
        (
            {"phases": [{**PHASE, "step": 1}]},
            r"phases\[0\]: unknown key 'step'; did you mean 'steps'",
        ),
        ({"phases": [{**PHASE, "steps": "many"}]}, r"phases\[0\]: steps: expected int, got 'many'"),
        ({"phases": [{**PHASE, "steps": True}]}, "expected int, got True"),
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
        build(Recipe, {**STORED, **change}, "here")


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
