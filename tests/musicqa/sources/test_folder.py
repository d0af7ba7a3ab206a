"""A person's own music: CSV or JSONL, captions or tags."""

from pathlib import Path

import pytest

from mullama.data.tally import MALFORMED, NO_AUDIO, TWICE
from mullama.errors import UsageError
from mullama.musicqa.sources import Selection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("a.mp3", "deep/b.flac"):
        (tmp_path / name).touch()
    return tmp_path


def test_csv_as_audiofolder_has_it(folder: Path) -> None:
    (folder / "metadata.csv").write_text(
        'file_name,caption,tags,license\na.mp3,Rock.,,CC0\ndeep/b.flac,,"slow, sad",\n'
        "none.mp3,Pop.,,\n../a.mp3,Pop.,,\na.mp3,Again.,,\ndeep/b.flac,,,\n"
    )
    selection = Selection("folder", folder)
    first, second = selection
    assert (first.id, first.text, first.kind, first.licence) == ("a.mp3", "Rock.", "caption", "CC0")
    assert (second.text, second.kind) == ("slow, sad", "tags")
    assert second.audio == folder / "deep" / "b.flac"
    assert selection.tally.left_out == {NO_AUDIO: 1, MALFORMED: 2, TWICE: 1}


def test_jsonl_with_lists_of_tags(folder: Path) -> None:
    table = folder / "mine.jsonl"
    table.write_text(
        '{"audio": "a.mp3", "text": "Rock."}\n'
        '{"file": "deep/b.flac", "tags": ["slow", "sad"]}\n'
        '{"audio": 7, "text": "Rock."}\n{"audio": "c.mp3", "tags": [1]}\n'
    )
    selection = Selection("folder", table)
    assert [clip.text for clip in selection] == ["Rock.", "slow, sad"]
    assert selection.tally.left_out == {MALFORMED: 2}


def test_what_is_no_table_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"no metadata\.csv or metadata\.jsonl"):
        Selection("folder", folder)
    with pytest.raises(UsageError, match=r"expected a \.csv"):
        Selection("folder", folder / "a.mp3")
    (folder / "t.csv").write_text("file_name,words\na.mp3,Rock.\n")
    with pytest.raises(UsageError, match="one column must be caption or text or tags"):
        list(Selection("folder", folder / "t.csv"))
