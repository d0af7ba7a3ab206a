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


def train(recipe: Path, out: Path, *more: str) -> int:
    music = str(recipe.parent / "music")
    return main(["train", str(recipe), "--out", str(out), "--music", music, *more])


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
