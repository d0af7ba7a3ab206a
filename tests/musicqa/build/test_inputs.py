"""Where a clip's audio is looked for, and where it is not."""

from pathlib import Path

import pytest

from clips import make_clip, write_lines
from mullama.data.audio import AudioResolver
from mullama.data.tally import Tally
from mullama.errors import AudioError, UsageError
from mullama.musicqa.build.inputs import Candidate, candidates, find_audio, require_files


def touched(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def found(tmp_path: Path, name: str | None, file: str, *folders: Path) -> Path | None:
    candidate = Candidate("eval", make_clip("a", name), tmp_path / "in" / file)
    with AudioResolver(folders) as audio:
        try:
            return find_audio(candidate, audio)
        except AudioError:
            return None


def test_our_lines_say_where(tmp_path: Path) -> None:
    absolute = touched(tmp_path / "far" / "a.wav")
    beside = touched(tmp_path / "in" / "clips" / "b.wav")
    named = touched(tmp_path / "music" / "audios" / "c.wav")
    assert found(tmp_path, str(absolute), "w.jsonl", tmp_path / "far") == absolute
    assert found(tmp_path, str(beside), "w.jsonl") == beside
    assert found(tmp_path, "clips/b.wav", "w.jsonl") == beside
    assert found(tmp_path, "gone/c.wav", "w.jsonl", tmp_path / "music") == named
    assert found(tmp_path, "d.wav", "w.jsonl", tmp_path / "music") is None
    assert found(tmp_path, None, "w.jsonl") is None
    assert found(tmp_path, "x" * 5000, "w.jsonl") is None


def test_our_lines_lead_nowhere_else(tmp_path: Path) -> None:
    """A file of clips may come from anybody, and a set is given away with its audio."""
    outside = touched(tmp_path / "far" / "a.wav")
    touched(tmp_path / "in" / "x")
    for name in (str(outside), "../far/a.wav"):
        assert found(tmp_path, name, "w.jsonl") is None
        candidate = Candidate("eval", make_clip("a", name), tmp_path / "in" / "w.jsonl")
        with AudioResolver() as audio, pytest.raises(AudioError, match=f"without audio: {name}: "):
            find_audio(candidate, audio)


def test_a_published_table_names_files_and_cannot_lead_elsewhere(tmp_path: Path) -> None:
    outside = touched(tmp_path / "a.wav")
    touched(tmp_path / "in" / "x")
    for name in (str(outside), "../a.wav"):
        assert found(tmp_path, name, "MTT_AQA.csv") is None
    inside = touched(tmp_path / "mtg" / "audios" / "00" / "1.mp3")
    flat = touched(tmp_path / "mtt" / "2.mp3")
    assert found(tmp_path, "00/1.mp3", "MTG_AQA.csv", tmp_path / "mtg") == inside
    assert found(tmp_path, "c/2.mp3", "MTT_AQA.csv", tmp_path / "mtt") == flat


def test_candidates_come_part_by_part(tmp_path: Path) -> None:
    one = write_lines(tmp_path / "1.jsonl", [make_clip("a"), make_clip("b", failed="why")])
    two = write_lines(tmp_path / "2.jsonl", [make_clip("c")])
    seen = candidates({"pretrain": [two, one], "eval": []}, Tally())
    assert [(each.part, each.clip.id, each.place) for each in seen] == [
        ("pretrain", "c", 0),
        ("pretrain", "a", 1),
        ("pretrain", "b", 2),
    ]


def test_inputs_are_files_that_are_read_once(tmp_path: Path) -> None:
    file = write_lines(tmp_path / "1.jsonl", [make_clip("a")])
    require_files({"pretrain": [file]})
    with pytest.raises(UsageError, match="nothing to build"):
        require_files({"pretrain": []})
    with pytest.raises(UsageError, match="no such file"):
        require_files({"pretrain": [tmp_path / "none.jsonl"]})
    with pytest.raises(UsageError, match="given twice"):
        require_files({"pretrain": [file], "eval": [tmp_path / "." / "1.jsonl"]})
    with pytest.raises(UsageError, match=r"a\.txt: expected a file of pairs, ending in \.jsonl"):
        require_files({"pretrain": [touched(tmp_path / "a.txt")]})
    with pytest.raises(UsageError, match="is a folder; name the files"):
        require_files({"pretrain": [tmp_path]})
