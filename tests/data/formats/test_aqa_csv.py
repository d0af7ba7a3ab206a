"""The published intermediate tables, read and written as pandas would."""

from dataclasses import replace
from pathlib import Path

import pytest

from clips import make_clip
from mullama.data.formats.aqa_csv import read_aqa_csv, source_id, write_aqa_csv
from mullama.data.formats.published import FIXED_QUESTIONS
from mullama.data.tally import MALFORMED, Tally
from mullama.errors import UsageError

HEAD = ";audio_name;" + ";".join(FIXED_QUESTIONS) + ";OpenQA1;OpenQA2;OpenQA3;OpenQA4;OpenQA5\n"
OPEN = ";".join(f"Q:What {n}?\tA:It is {n}." for n in range(5))


def test_a_published_row(tmp_path: Path) -> None:
    path = tmp_path / "MusicCapsAQA.csv"
    path.write_text(HEAD + f'0;[ab-c_]-[30-40].wav;one;"two; ""2""\nlines";three;four;{OPEN}\n')
    (clip,) = read_aqa_csv(path, Tally())
    assert clip.key == ("musiccaps", "ab-c_")
    assert clip.audio == "[ab-c_]-[30-40].wav"
    assert clip.pairs[1] == (FIXED_QUESTIONS[1], 'two; "2"\nlines')
    assert clip.pairs[4:] == tuple((f"What {n}?", f"It is {n}.") for n in range(5))


def test_letters_in_a_text_are_not_taken_for_marks(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    odd = "Q:Is it in A: or Q:?\tA:In A: major, Q: yes."
    path.write_text(HEAD + f"0;1.mp3;1;2;3;4;{OPEN.rsplit(';', 1)[0]};{odd}\n")
    (clip,) = read_aqa_csv(path, Tally())
    assert clip.pairs[-1] == ("Is it in A: or Q:?", "In A: major, Q: yes.")


def test_incomplete_rows_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "MTT_AQA.csv"
    rows = [
        f"0;;1;2;3;4;{OPEN}",
        f"1;a.mp3;1;;3;4;{OPEN}",
        f"2;b.mp3;1;2;3;4;{OPEN.replace('A:It is 4.', '')}",
        "3;c.mp3;1;2;3;4",
        f"4;d.mp3;1;2;3;4;{OPEN}",
    ]
    path.write_text(HEAD + "\n".join(rows) + "\n")
    told: list[str] = []
    tally = Tally(lambda reason, what: told.append(what))
    assert [clip.key for clip in read_aqa_csv(path, tally)] == [("magnatagatune", "d")]
    assert tally.left_out == {MALFORMED: 4}
    assert any("line 4, column 'OpenQA5': is not Q:" in line for line in told)


def test_written_files_come_back(tmp_path: Path) -> None:
    path = tmp_path / "MTG_AQA.csv"
    clips = [
        make_clip("track_0000214", "x/audios/14/214.mp3", source="jamendo"),
        make_clip("track_0000215", "15/215.mp3", source="jamendo"),
    ]
    tally = Tally()
    odd = make_clip("short", "1.wav")
    cut = replace(odd, pairs=odd.pairs[:8])
    assert write_aqa_csv(path, [clips[0], cut, clips[1]], tally) == (2, 18)
    assert tally.left_out == {"without 5 open questions": 1}
    assert path.read_text().split("\n")[0] + "\n" == HEAD
    back = list(read_aqa_csv(path, Tally()))
    assert [clip.pairs for clip in back] == [clip.pairs for clip in clips]
    assert [clip.key for clip in back] == [clip.key for clip in clips]
    assert [clip.audio for clip in back] == ["14/214.mp3", "15/215.mp3"]
    again = tmp_path / "again.csv"
    write_aqa_csv(again, (replace(clip, source="jamendo") for clip in back), Tally())
    assert again.read_bytes() == path.read_bytes()


def test_another_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("audio_name,OpenQA1\n")
    with pytest.raises(UsageError, match="line 1: no column 'audio_name', 'OpenQA1'"):
        list(read_aqa_csv(path, Tally()))


def test_ids() -> None:
    assert source_id("musiccaps", "[-0Gj8-vB1q4]-[30-40].wav") == "-0Gj8-vB1q4"
    assert source_id("jamendo", "00/200.low.mp3") == "track_0000200"
    assert source_id("magnatagatune", "a-b-30-59.mp3") == "a-b-30-59"
