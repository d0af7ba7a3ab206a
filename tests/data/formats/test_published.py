"""The published layout, byte for byte."""

import json
import os
from pathlib import Path

import pytest

from clips import pairs_in, write_items
from mullama.data.files import read_clips, write_clips
from mullama.data.formats.published import PARTS, audio_name
from mullama.data.records import Pair
from mullama.data.tally import Tally
from mullama.errors import UsageError

REAL = Path(os.environ.get("MULLAMA_DATA", "")) / PARTS["eval"]


def test_layout_is_that_of_json_with_an_indent_of_two(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    items = [("000000.wav", 'Wo "q"?\n', "Là…"), (None, "Q", "A")]
    write_items(path, items)
    stored = json.loads(path.read_bytes())
    assert path.read_text() == json.dumps(stored, indent=2)
    assert stored[0]["audio_name"] == "000000.wav"
    assert "audio_name" not in stored[1]
    assert pairs_in(path) == [Pair('Wo "q"?\n', "Là…", "000000.wav"), Pair("Q", "A")]


def test_nothing_is_an_empty_list(tmp_path: Path) -> None:
    assert write_clips(tmp_path / "a.json", []) == (0, 0)
    assert (tmp_path / "a.json").read_text() == "[]"


def test_instructions_and_our_own_pairs_may_be_among_the_items(tmp_path: Path) -> None:
    path = tmp_path / "mixed.json"
    turns = [{"from": "human", "value": "Q"}, {"from": "gpt", "value": "A"}]
    items = [
        {"audio_name": "1.wav", "conversation": turns},
        {"conversation": turns},
        {"instruction": "Add.", "input": "1 2", "output": "3"},
        {"instruction": "Hi.", "input": "", "output": "Hello."},
        {"question": "Q", "answer": "A", "audio": "1.wav", "source": "studio"},
    ]
    path.write_text(json.dumps(items))
    assert pairs_in(path) == [
        Pair("Q", "A", "1.wav"),
        Pair("Q", "A"),
        Pair("Add.\n1 2", "3", source="alpaca"),
        Pair("Hi.", "Hello.", source="alpaca"),
        Pair("Q", "A", "1.wav", "studio"),
    ]


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({}, "'question' is missing"),
        ({"question": "Q", "answer": 7}, "'answer' is 7"),
        ({"conversation": [{"value": "Q"}]}, "not one question and one answer"),
        ({"conversation": 7}, "not one question and one answer"),
        ({"conversation": [{"value": "Q"}, {"value": "A"}], "audio_name": 7}, "'audio' is 7"),
        ({"question": "Q", "answer": "half a pair: \ud800"}, "'answer' is"),
        ([], "not a JSON object"),
    ],
)
def test_other_items_are_refused(item: object, message: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps([{"question": "Q", "answer": "A"}, item]))
    with pytest.raises(UsageError, match=message) as refused:
        pairs_in(path)
    assert f"{path}, item 1" in str(refused.value)


def test_names_have_six_digits() -> None:
    assert audio_name(12542) == "012542.wav"


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no EvalMusicQA.json")
def test_the_published_evaluation_comes_back_byte_for_byte(tmp_path: Path) -> None:
    assert len(pairs_in(REAL)) == 5040
    assert write_clips(tmp_path / "a.json", read_clips(REAL, Tally())) == (560, 5040)
    assert (tmp_path / "a.json").read_bytes() == REAL.read_bytes()
