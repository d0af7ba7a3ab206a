"""Whole or not at all."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.musicqa.whole import atomic_file


def test_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with atomic_file(path) as part:
        part.write_text("one")
        assert not path.exists()
    with pytest.raises(TypeError), atomic_file(path) as part, part.open("w") as file:
        file.writelines(["tw", None])  # type: ignore[list-item]
    assert path.read_text() == "one"
    assert list(tmp_path.iterdir()) == [path]


def test_the_disk_refuses(tmp_path: Path) -> None:
    with (
        pytest.raises(UsageError, match=r"a\.txt cannot be written: No such file"),
        atomic_file(tmp_path / "none" / "a.txt") as part,
    ):
        part.write_text("one")
