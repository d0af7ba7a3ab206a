"""Which model answers where none is named."""

from pathlib import Path

import pytest

import mullama
from mullama.checkpoints.describe import describe
from mullama.checkpoints.shipped import SMALL, VARIABLE, default_model, model_name, shipped_folder
from mullama.checkpoints.store import resolve
from mullama.errors import CheckpointError


def test_the_small_one_answers() -> None:
    assert default_model() == model_name(None) == SMALL
    assert resolve(None) == resolve(SMALL) == shipped_folder(SMALL)
    assert shipped_folder("mine") is None
    assert model_name("mine") == "mine"


def test_a_variable_names_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(folder))
    assert resolve(None) == folder
    assert mullama.load(device="cpu").name == describe()["model"] == str(folder)
    assert resolve(SMALL) == shipped_folder(SMALL)
    monkeypatch.setenv(VARIABLE, "")
    assert default_model() == SMALL


def test_a_variable_that_names_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "nowhere")
    with pytest.raises(CheckpointError, match="there is no folder nowhere"):
        mullama.load()
