"""A line of an interview comes back as it was, or is refused with its place."""

import json
from pathlib import Path

import pytest

from clips import interviewed, write_lines
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Interviewed, read_interviewed


def test_lines_come_back_equal(tmp_path: Path) -> None:
    clips = [
        interviewed("a", "a.wav"),
        interviewed("ü\u2028b"),
        interviewed("c", failed="no answer"),
    ]
    path = write_lines(tmp_path / "clips.jsonl", clips)
    assert list(read_interviewed(path)) == clips


def test_a_failed_line_has_its_cause_and_no_pairs() -> None:
    values = interviewed("c", failed="no answer").as_dict()
    assert values["failed"] == "no answer"
    assert values["last_text"] == ""
    assert "pairs" not in values
    assert "failed" not in interviewed("a").as_dict()


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
    good = interviewed("a").as_dict()
    path = tmp_path / "clips.jsonl"
    path.write_text(f"{json.dumps(good)}\n\n{json.dumps({**good, **change})}\n")
    with pytest.raises(UsageError, match=message) as refused:
        list(read_interviewed(path))
    assert f"{path}, line 3" in str(refused.value)


def test_what_is_no_json(tmp_path: Path) -> None:
    path = tmp_path / "clips.jsonl"
    for text in ("{", "[1]", "[" * 100_000):
        path.write_text(text)
        with pytest.raises(UsageError, match="line 1"):
            list(read_interviewed(path))
    with pytest.raises(UsageError, match="cannot read"):
        list(read_interviewed(tmp_path / "none.jsonl"))


def test_key() -> None:
    assert Interviewed("1", "studio", "", "", "").key == ("studio", "1")
