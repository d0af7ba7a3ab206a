"""A table of sounds that differ as their tags say."""

from pathlib import Path

import pytest

from tagged import write_tagged


@pytest.fixture
def tagged(tmp_path: Path) -> Path:
    return write_tagged(tmp_path / "set")
