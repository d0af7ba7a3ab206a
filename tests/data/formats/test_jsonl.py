"""A line of an interview comes back as it was, or is refused with its place."""

import json
from pathlib import Path

import pytest

from clips import make_clip, write_lines
from mullama.data.formats.jsonl import read_clip_lines
from mullama.data.records import Clip
from mullama.errors import UsageError


def test_lines_come_back_equal(tmp_path: Path) -> None:
    clips = [
        make_clip("a", "a.wav"),
        make_clip("ü\u2028b"),
        make_clip("c", failed="no answer"),
    ]
    path = write_lines(tmp_path / "clips.jsonl", clips)
    assert list(read_clip_lines(path)) == clips


def test_a_failed_line_has_its_cause_and_no_pairs() -> None:
    values = make_clip("c", failed="no answer").as_dict()
    assert values["failed"] == "no answer"
    assert values["last_text"] == ""
    assert "pairs" not in values
    assert "failed" not in make_clip("a").as_dict()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": ""}, "'id' is missing"),
        ({"id": 7}, "'id' is 7"),
        ({"audio": 7}, "'audio' is 7"),
        ({"text": "half a pair: \ud800"}, "'text' is"),
        ({"pairs": []}, '"pairs" must be a list'),
        ({"pairs": "Q"}, '"pairs" must be a list'),
        ({"pairs": ["Q"]}, "pair 1: expected"),
        ({"pairs": [{"question": "Q", "answer": ""}]}, "pair 1: question or answer is missing"),
    ],
)
def test_other_lines_are_refused(change: dict[str, object], message: str, tmp_path: Path) -> None:
    good = make_clip("a").as_dict()
    path = tmp_path / "clips.jsonl"
    path.write_text(f"{json.dumps(good)}\n\n{json.dumps({**good, **change})}\n")
    with pytest.raises(UsageError, match=message) as refused:
        list(read_clip_lines(path))
    assert f"{path}, line 3" in str(refused.value)


def test_what_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "clips.jsonl"
    for text in ("{", "[1]", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(UsageError, match="line 1"):
            list(read_clip_lines(path))
    with pytest.raises(UsageError, match="cannot be read"):
        list(read_clip_lines(tmp_path / "none.jsonl"))


def test_key() -> None:
    assert Clip("1", "studio", "", "", "").key == ("studio", "1")
