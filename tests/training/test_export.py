"""A model's folder changes at once or not at all, and no other folder is replaced."""

from pathlib import Path

import pytest
import torch

from mullama.training.checkpoints import TrainingError
from mullama.training.export import export_folder

TENSORS = {"a": torch.zeros(4)}


def test_it_takes_the_place_of_the_model_before(folder: Path) -> None:
    before = (folder / "config.json").read_bytes()
    with export_folder(folder, TENSORS) as part:
        (part / "config.json").write_bytes(before)
        assert (folder / "tokenizer.json").exists(), "it was there until the new one is whole"
    assert [path.name for path in folder.iterdir()] == ["config.json"]


def fill_the_disk(folder: Path) -> None:
    with export_folder(folder, TENSORS) as part:
        (part / "config.json").write_text("{}")
        raise OSError(28, "No space left on device")


def test_a_fault_leaves_the_one_before(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    with pytest.raises(TrainingError, match="the checkpoints are good"):
        fill_the_disk(folder)
    assert sorted(path.name for path in folder.iterdir()) == before


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("dear")
    with (
        pytest.raises(TrainingError, match="letters"),
        export_folder(tmp_path / "letters", TENSORS),
    ):
        pass
    assert (tmp_path / "letters" / "a.txt").read_text() == "dear"
