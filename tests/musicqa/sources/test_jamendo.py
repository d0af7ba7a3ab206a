"""MTG-Jamendo: ragged rows, ten folders, tags without their category."""

import os
from pathlib import Path

import pytest

from mullama.data.tally import FEW_TAGS, MALFORMED, NO_AUDIO, OTHER_FOLDER
from mullama.musicqa.sources import Selection, SourceOptions

HEAD = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS\n"
FIVE = "genre---rock\tgenre---poprock\tinstrument---guitar\tmood/theme---happy\tgenre---indie"
REAL = Path(os.environ.get("MULLAMA_DATA", "")) / "mtg-jamendo-autotagging-split0-test.tsv"


def row(track: str, path: str, tags: str = FIVE) -> str:
    return f"{track}\tartist_1\talbum_1\t{path}\t124.6\t{tags}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "raw_30s_cleantags_50artists.tsv").write_text(
        HEAD
        + row("track_0000200", "00/200.mp3")
        + row("track_0000201", "01/201.mp3", FIVE + '\tgenre---"quoted')
        + row("track_0000202", "02/202.mp3")
        + row("track_0000214", "14/214.mp3")
        + row("track_0000203", "03/203.mp3", "genre---rock")
        + row("track_0000204", "04/204.mp3", FIVE + "\trock")
        + row("track_0000205", "/etc/205.mp3")
        + row("track_0000206", "06/206.mp3")
    )
    for name in ("audios/00/200.mp3", "01/201.mp3", "audios/02/202.low.mp3", "audios/14/214.mp3"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def test_tags_and_files(folder: Path) -> None:
    selection = Selection("jamendo", folder)
    first, second, third = selection
    assert (first.id, first.text) == ("track_0000200", "rock, poprock, guitar, happy, indie")
    assert second.text.endswith('indie, "quoted')
    assert [clip.audio and clip.audio.relative_to(folder).as_posix() for clip in selection] == [
        "audios/00/200.mp3",
        "01/201.mp3",
        "audios/02/202.low.mp3",
    ]
    assert third.kind == "tags"
    assert selection.tally.left_out == {OTHER_FOLDER: 1, FEW_TAGS: 1, MALFORMED: 2, NO_AUDIO: 1}


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no MTG-Jamendo table")
def test_a_real_table() -> None:
    selection = Selection("jamendo", REAL, SourceOptions(include_missing_audio=True))
    texts = [clip.text for clip in selection]
    assert len(texts) == 423
    assert all(len(text.split(", ")) >= 5 and "---" not in text for text in texts)
    assert selection.tally.left_out == {OTHER_FOLDER: 10426, FEW_TAGS: 716}
