"""Fixtures: one scored evaluation, made once, and copies of it for whoever changes or reports it."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mullama.evaluation.report.scored_folder import Scored, read_scored
from mullama.evaluation.report.view import View, view_of
from scored_folders import write_scored

Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Read it alone."""
    return write_scored(tmp_path_factory.mktemp("scored") / "evaluation").path


@pytest.fixture(scope="session")
def scored(made: Path) -> Scored:
    return read_scored(made)


@pytest.fixture(scope="session")
def view(scored: Scored) -> View:
    return view_of(scored)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy, to write to."""
    return shutil.copytree(made, tmp_path / "evaluation")


@pytest.fixture
def changed(folder: Path) -> Callable[[Change], Path]:
    """The copy with other scores."""

    def write(change: Change) -> Path:
        path = folder / "scores.json"
        scores = json.loads(path.read_text())
        change(scores)
        path.write_text(json.dumps(scores))
        return folder

    return write
