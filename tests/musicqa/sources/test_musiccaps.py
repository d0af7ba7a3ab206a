"""MusicCaps as it is published; a few rows made for the test, the whole table where it is there."""

import os
from pathlib import Path

import pytest

from mullama.data.tally import HELD_OUT, MALFORMED, NO_AUDIO
from mullama.musicqa.sources import Selection, SourceOptions

HEAD = (
    "ytid,start_s,end_s,audioset_positive_labels,aspect_list,caption,author_id,"
    "is_balanced_subset,is_audioset_eval\n"
)
WHOLE = Path(os.environ.get("MULLAMA_DATA", "")) / "musiccaps-public.csv"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three good rows, one of them for evaluation, one without audio; two bad ones."""
    (tmp_path / "musiccaps-public.csv").write_text(
        HEAD
        + '-0Gj8-vB1q4,30,40,/m/a,"[\'sad\']","A ballad, with strings.",4,False,True\n'
        + "abc,0,10,/m/a,[],Rock.,4,False,False\n"
        + "gone,0,10,/m/a,[],Pop.,4,False,False\n"
        + "../x,0,10,/m/a,[],Pop.,4,False,False\n"
        + "def,now,10,/m/a,[],Pop.,4,False,False\n"
    )
    (tmp_path / "audios").mkdir()
    (tmp_path / "audios" / "[-0Gj8-vB1q4]-[30-40].wav").touch()
    (tmp_path / "[abc]-[0-10].wav").touch()
    return tmp_path


def test_captions_with_their_files(folder: Path) -> None:
    selection = Selection("musiccaps", folder)
    first, second = selection
    assert (first.id, first.text, first.kind) == (
        "-0Gj8-vB1q4",
        "A ballad, with strings.",
        "caption",
    )
    assert first.audio == folder / "audios" / "[-0Gj8-vB1q4]-[30-40].wav"
    assert second.audio == folder / "[abc]-[0-10].wav"
    assert second.licence == "CC-BY-SA-4.0"
    assert selection.tally.left_out == {NO_AUDIO: 1, MALFORMED: 2}


def test_bad_rows_are_named(folder: Path) -> None:
    told: list[str] = []
    list(Selection("musiccaps", folder, notice=lambda reason, what: told.append(what)))
    assert any("line 5, column 'ytid': '../x' is not a YouTube id" in line for line in told)
    assert any("line 6, column 'start_s': 'now' is not a number" in line for line in told)


def test_without_its_evaluation_part(folder: Path) -> None:
    selection = Selection("musiccaps", folder, SourceOptions(hold_out_evaluation=True))
    assert [description.id for description in selection] == ["abc"]
    assert selection.tally.left_out[HELD_OUT] == 1


@pytest.mark.skipif(not WHOLE.is_file(), reason="MULLAMA_DATA has no musiccaps-public.csv")
def test_the_whole_table() -> None:
    selection = Selection("musiccaps", WHOLE)
    assert list(selection) == []
    assert selection.tally.left_out == {NO_AUDIO: 5521}
    options = SourceOptions(include_missing_audio=True, hold_out_evaluation=True)
    training = Selection("musiccaps", WHOLE, options)
    assert sum(1 for _ in training) == 2663
    assert training.tally.left_out == {HELD_OUT: 2858}
