"""Pairs in every layout that is read; ours comes back as it was written."""

import json
from pathlib import Path

import pytest

from mullama.data.files import each_pair, read_pairs, write_pairs
from mullama.data.records import Pair
from mullama.errors import UsageError

PAIRS = [
    Pair("What?", "That.", "a.wav", "studio", "1", "template", "CC0-1.0", "ab" * 32),
    Pair("Wo?\u2028", "Hier.", None),
]


def test_our_lines_come_back_equal(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    assert write_pairs(path, PAIRS) == 2
    assert read_pairs(path) == PAIRS
    assert list(tmp_path.iterdir()) == [path]
    assert "audio" not in json.loads(path.read_text(encoding="utf-8").split("\n")[1])


def test_only_one_line_is_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write_pairs(path, PAIRS)
    with path.open("a") as file:
        file.write("{\n")
    pairs = each_pair(path)
    assert [next(pairs), next(pairs)] == PAIRS
    with pytest.raises(UsageError, match="line 3: no JSON"):
        next(pairs)


def test_a_half_written_file_takes_no_place(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    write_pairs(path, PAIRS)

    def failing() -> object:
        yield PAIRS[0]
        raise ValueError("gone")

    with pytest.raises(ValueError, match="gone"):
        write_pairs(path, failing())  # type: ignore[arg-type]
    assert read_pairs(path) == PAIRS
    assert list(tmp_path.iterdir()) == [path]


def test_published_and_alpaca(tmp_path: Path) -> None:
    path = tmp_path / "mixed.json"
    turns = [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]
    items = [
        {"audio_name": "1.wav", "conversation": turns},
        {"conversation": turns},
        {"instruction": "Add.", "input": "1 2", "output": "3"},
        {"instruction": "Hi.", "input": "", "output": "Hello."},
    ]
    path.write_text(json.dumps(items))
    assert read_pairs(path) == [
        Pair("Q", "A", "1.wav"),
        Pair("Q", "A"),
        Pair("Add.\n1 2", "3", source="alpaca"),
        Pair("Hi.", "Hello.", source="alpaca"),
    ]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "'question' is missing"),
        ({"question": "Q", "answer": 7}, "'answer' is 7"),
        ({"conversation": [{"value": "Q"}]}, "not one question and one answer"),
        ({"instruction": "Q"}, "'answer' is missing"),
        ({"question": "Q", "answer": "half a pair: \ud800"}, "'answer' is"),
        ([], "expected"),
    ],
)
def test_other_items_are_refused(item: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps([item]))
    with pytest.raises(UsageError, match=message) as refused:
        read_pairs(path)
    assert "item 0" in str(refused.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / "pairs.json"
    for text, message in (("{}", "a list of items"), ("[", "no JSON"), ("[" * 100_000, "no JSON")):
        path.write_text(text)
        with pytest.raises(UsageError, match=message):
            read_pairs(path)
    path.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="cannot read"):
        read_pairs(path)
    with pytest.raises(UsageError, match="cannot read"):
        read_pairs(tmp_path / "none.json")
