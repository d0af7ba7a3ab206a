"""Every format holds the same clips, is told from the others, and is one row."""

from dataclasses import replace
from pathlib import Path

import pytest

from clips import make_clip, pairs_in, write_lines
from mullama.data.files import (
    FORMATS,
    expand,
    format_of,
    format_to_write,
    read_clips,
    read_pairs,
    suffixes,
    write_clips,
)
from mullama.data.formats.format import Format, Written
from mullama.data.formats.published import PARTS
from mullama.data.records import Clip, Pair
from mullama.data.tally import MALFORMED, Tally
from mullama.errors import UsageError

CLIPS = [make_clip("a", "a.wav"), make_clip("b", "b.wav")]
FILES = {
    "pairs": "p.jsonl",
    "clips": "c.jsonl",
    "published": "p.json",
    "alpaca": "a.json",
    "aqa_csv": "p.csv",
    "parquet": "p.parquet",
}


@pytest.mark.parametrize("name", FORMATS.names())
def test_a_format_comes_back_as_itself(name: str, tmp_path: Path) -> None:
    path, tally = tmp_path / FILES[name], Tally()
    clips = [replace(clip, audio=None) for clip in CLIPS] if name == "alpaca" else CLIPS
    assert write_clips(path, clips, tally, form=name) == (2, 18)
    assert format_of(path) is FORMATS.load(name)
    assert [pair for clip in read_clips(path, tally) for pair in clip.pairs] == [
        pair for clip in clips for pair in clip.pairs
    ]
    if name != "alpaca":
        assert [clip.audio for clip in read_clips(path, tally)] == ["a.wav", "b.wav"]
    assert not tally.left_out
    assert path.suffix in suffixes()


def test_the_names_end_says_what_is_written(tmp_path: Path) -> None:
    for path, name in (("a.JSONL", "pairs"), ("a.json", "published"), ("a.csv", "aqa_csv")):
        assert format_to_write(tmp_path / path) is FORMATS.load(name)
    assert format_to_write(tmp_path / "a", "alpaca") is FORMATS.load("alpaca")
    with pytest.raises(UsageError, match=r"a\.txt: expected a file of pairs, ending in \.jsonl"):
        format_to_write(tmp_path / "a.txt")
    with pytest.raises(UsageError, match=r"no format is called 'alpacca'; .*did you mean 'alpaca'"):
        format_to_write(tmp_path / "a.json", "alpacca")


def test_a_format_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another package adds is read wherever ours are, also beside one of ours of the same end."""

    def read(path: Path, tally: Tally) -> list[Clip]:
        return [Clip(pairs=(("Q", path.read_text()),))]

    tagged = Format(
        (".json", ".tagged"), read, lambda *_: Written(), lambda path: "tag" in path.stem
    )  # type: ignore[arg-type]
    monkeypatch.setitem(FORMATS._rows, "tagged", tagged)
    for name in ("a.tagged", "tag.json"):
        (tmp_path / name).write_text("A" * ("tag" in name))
    assert pairs_in(tmp_path / "tag.json") == [Pair("Q", "A")]
    (tmp_path / "a.json").write_text("[]")
    assert pairs_in(tmp_path / "a.json") == []
    with pytest.raises(UsageError, match="not a file of pairs of any known format"):
        pairs_in(tmp_path / "a.tagged")


def test_failed_clips_are_there_and_have_no_pairs(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "w.jsonl", [make_clip("f", failed="no answer"), *CLIPS])
    assert [clip.failed for clip in read_clips(file, Tally())] == ["no answer", "", ""]
    assert len(pairs_in(file)) == 18


def test_pairs_are_all_there_or_none(tmp_path: Path) -> None:
    """Training must not lose a row without a word."""
    path, tally = tmp_path / "p.csv", Tally()
    write_clips(path, CLIPS)
    path.write_text(path.read_text() + "2;c.wav;cut\n")
    assert len(list(read_clips(path, tally))) == 2
    assert tally.left_out == {MALFORMED: 1}
    pairs = read_pairs(path)
    assert len([next(pairs) for _ in range(18)]) == 18
    with pytest.raises(UsageError, match=r"p\.csv, line 4: .*`mullama musicqa read` writes"):
        next(pairs)


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
    for name in FILES.values():
        with pytest.raises(UsageError, match="cannot be read: no such file"):
            pairs_in(tmp_path / name)


def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    """Fault 10: one line, not a traceback, and nothing half written."""
    (tmp_path / "file").touch()
    for name in FORMATS.names():
        with pytest.raises(UsageError, match="cannot be written"):
            write_clips(tmp_path / "file" / FILES[name], CLIPS, form=name)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
