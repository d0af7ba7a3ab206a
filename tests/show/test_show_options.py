"""What is not to be written is refused before any work."""

from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.show.show_options import TOPICS, ShowOptions


def test_topics_are_asked_in_their_order() -> None:
    assert ShowOptions(out=Path("a.html")).asked == TOPICS
    asked = ShowOptions(out=Path("a.html"), topics=("key", "style", "key")).asked
    assert asked == ("style", "key")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("a.pdf", "ends in .html or .png or .svg"),
        ("a", "ends in"),
        ("folder.html", "is a folder"),
        ("nowhere/a.html", "there is no folder"),
        ("there.html", "--overwrite"),
    ],
)
def test_files_that_are_not_written(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "there.html").touch()
    with pytest.raises(UsageError, match=message):
        ShowOptions(out=tmp_path / name).check()


def test_what_is_written(tmp_path: Path) -> None:
    (tmp_path / "there.html").touch()
    ShowOptions(out=tmp_path / "there.html", overwrite=True).check()
    ShowOptions(out=tmp_path / "A.SVG").check()
    with pytest.raises(UsageError, match="embed-audio"):
        ShowOptions(out=tmp_path / "a.png", embed_audio=True).check()
