"""`mullama train`: one command from a recipe to a model with its figures."""

import json
from pathlib import Path

import pytest

from mullama.cli import main
from mullama.evaluation.small_model.measure import FIGURES
from mullama.evaluation.small_model.scores import TARGETS
from small_runs import write_small_recipe


@pytest.fixture(scope="module")
def recipe(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_recipe(tmp_path_factory.mktemp("recipe"))


def train(recipe: Path, out: Path, *more: str, then: tuple[Path, ...] = ()) -> int:
    recipes = [str(recipe), *map(str, then)]
    music = str(recipe.parent / "music")
    return main(["train", *recipes, "--out", str(out), "--music", music, *more])


def test_a_finished_small_model_is_measured_and_an_unfinished_one_is_not(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = tmp_path / FIGURES
    assert train(recipe, tmp_path, "--max-steps", "2") == 0
    assert not figures.exists()
    assert train(recipe, tmp_path) == 0
    stored = json.loads(figures.read_text())
    controls = {"seen, wrong song", "unseen, wrong song"}
    assert set(stored["figures"]) == {"majority", "seen", "unseen"} | controls
    assert set(stored["figures"]["seen"]) == {target.row for target in TARGETS}
    assert "measured on 6 clips: unseen" in capsys.readouterr().err

    # A run that ended before it was measured.
    figures.unlink()
    assert train(recipe, tmp_path) == 0
    assert json.loads(figures.read_text()) == stored


def test_recipes_in_turn_begin_with_what_the_one_before_made(
    recipe: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = recipe.read_text()
    sizes = text[text.index("model:") : text.index("splits:")]
    later = recipe.with_name("later.yaml")
    later.write_text(
        text.replace("name: tiny", "name: later\nstart: gone\nears: tiny").replace(sizes, "")
    )
    out = tmp_path / "runs"
    assert train(recipe, out, "--max-steps", "2", then=(later,)) == 0
    assert not (out / "later").exists(), "the first is not done yet"
    assert train(recipe, out, then=(later,)) == 0
    assert {path.name for path in out.iterdir()} == {"tiny", "later"}
    trained = json.loads((out / "later/model/config.json").read_text())["provenance"]
    assert trained["recipe"] == "later"
    assert trained["start"]["recipe"] == trained["ears"]["recipe"] == "tiny"
    assert "later/model: ready" in capsys.readouterr().out
    # Everything is there: nothing is trained again.
    before = (out / "later/model/model.safetensors").read_bytes()
    assert train(recipe, out, then=(later,)) == 0
    assert (out / "later/model/model.safetensors").read_bytes() == before

    assert train(recipe, out, then=(recipe,)) == 2
    assert "names of their own" in capsys.readouterr().err
