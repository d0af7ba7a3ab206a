"""Every kind of file that is read gives the same clips."""

from pathlib import Path

import pytest

from clips import make_clip, write_lines
from mullama.data.files import expand, read_clips, write_pairs
from mullama.data.formats.aqa_csv import write_aqa_csv
from mullama.data.formats.published import PARTS, write_published
from mullama.data.tally import Tally
from mullama.errors import UsageError

CLIPS = [make_clip("a", "a.wav"), make_clip("b", "b.wav")]


def texts(file: Path) -> list[list[tuple[str | None, str, str]]]:
    return [[(clip.audio, *pair) for pair in clip.pairs] for clip in read_clips(file, Tally())]


def test_all_kinds_say_the_same(tmp_path: Path) -> None:
    pairs = [pair for clip in CLIPS for pair in clip.to_pairs()]
    written = write_lines(tmp_path / "w.jsonl", CLIPS)
    expected = texts(written)
    assert [len(clip) for clip in expected] == [9, 9]
    write_pairs(tmp_path / "p.jsonl", pairs)
    write_published(tmp_path / "p.json", ((p.audio, p.question, p.answer) for p in pairs))
    write_aqa_csv(tmp_path / "p.csv", CLIPS, Tally())
    for name in ("p.jsonl", "p.json", "p.csv"):
        assert texts(tmp_path / name) == expected, name


def test_a_folder_stands_for_its_parts(tmp_path: Path) -> None:
    for file in PARTS.values():
        (tmp_path / file).write_text("[]")
    assert [file.name for file in expand([tmp_path])] == list(PARTS.values())
    (tmp_path / "eval.jsonl").touch()
    assert [file.name for file in expand([tmp_path])] == ["eval.jsonl"]


def test_what_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    with pytest.raises(UsageError, match=r"a\.txt: expected"):
        expand([tmp_path / "a.txt"])
    with pytest.raises(UsageError, match="no such file"):
        expand([tmp_path / "a.json"])
    with pytest.raises(UsageError, match="name the files"):
        expand([tmp_path])
