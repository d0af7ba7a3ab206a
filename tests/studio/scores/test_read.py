"""music21's corpus is read as it is written; what teaches is never measured on."""

from pathlib import Path

import pytest

from mullama.studio.scores.read import HELD_OUT, TRAINING, _files, load, read, read_file
from mullama.studio.scores.score import SCORE_FILES, ScoreFile

pytest.importorskip("music21", reason="needs music21: pip install 'mullama[listening]'")


def test_a_chorale_is_read_as_it_is_written() -> None:
    [file] = [file for file in _files("bach") if file[1].endswith("bwv66.6.mxl")]
    found = read_file(file)
    assert found.name == "bach/bwv66.6.mxl"
    [score] = found.scores
    assert score.composer == "bach"
    assert len(score.voices) == 4
    assert score.metres == ((0.0, "4/4"),)
    assert score.sharps == 3
    assert score.quarters == 36
    soprano = score.voices[0]
    assert [note.pitch for note in soprano[:4]] == [73, 71, 69, 71]  # C#5 B4 A4 B4
    assert [note.duration for note in soprano[:3]] == [0.5, 0.5, 1.0]


def test_composers_are_kept_apart() -> None:
    assert not set(TRAINING) & set(HELD_OUT)
    lessons = {path for composer in TRAINING for _, path in _files(composer)}
    measured = {path for composer in HELD_OUT for _, path in _files(composer)}
    assert lessons
    assert measured
    assert not lessons & measured


def test_what_is_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(["joplin"], tmp_path)
    first = load(["joplin"], tmp_path)
    assert [score.composer for score in first["joplin"]] == ["joplin"]
    monkeypatch.setattr("mullama.studio.scores.read.read_file", None)
    read(["joplin"], tmp_path)
    assert load(["joplin"], tmp_path) == first
    assert load(["bach"], tmp_path) == {"bach": []}


def test_a_file_that_cannot_be_read_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "corpus" / "joplin" / "torn.mxl"
    broken.parent.mkdir(parents=True)
    broken.write_bytes(b"PK torn")
    monkeypatch.setattr(
        "mullama.studio.scores.read._files", lambda composer: [(composer, str(broken))]
    )
    said: list[str] = []
    read(["joplin"], tmp_path / "out", report=said.append)
    assert load(["joplin"], tmp_path / "out") == {"joplin": []}
    assert said == ["scores: 1 files could not be read"]
    [file] = SCORE_FILES.read(tmp_path / "out" / "scores.jsonl")
    assert isinstance(file, ScoreFile)
    assert file.failure
