"""Instructions without music, read and written."""

import json
from pathlib import Path

import pytest

from clips import pairs_in
from mullama.data.files import write_clips
from mullama.data.records import Clip, Pair
from mullama.data.tally import Tally
from mullama.errors import UsageError

ITEMS = [
    {"instruction": "Add.", "input": "1 2", "output": "3"},
    {"instruction": "Hi.", "input": "", "output": "Hello."},
    {"instruction": "Hi.", "output": ""},
]


def test_items_become_pairs(tmp_path: Path) -> None:
    path = tmp_path / "alpaca.json"
    path.write_text(json.dumps(ITEMS))
    assert pairs_in(path) == [
        Pair("Add.\n1 2", "3", source="alpaca"),
        Pair("Hi.", "Hello.", source="alpaca"),
        Pair("Hi.", "", source="alpaca"),
    ]


def test_written_files_come_back(tmp_path: Path) -> None:
    path, tally = tmp_path / "a.json", Tally()
    clips = [Clip(pairs=(("Hi.", "Là…"), ("Q", "A"))), Clip(audio="a.wav", pairs=(("Q", "A"),))]
    assert write_clips(path, clips, tally, form="alpaca") == (1, 2)
    assert tally.left_out == {"with audio": 1}
    assert json.loads(path.read_text())[0] == {"instruction": "Hi.", "input": "", "output": "Là…"}
    assert pairs_in(path) == [Pair("Hi.", "Là…", source="alpaca"), Pair("Q", "A", source="alpaca")]


@pytest.mark.parametrize("item", [{"instruction": "Q"}, {"instruction": 7, "output": "A"}])
def test_other_items_are_refused(item: object, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ITEMS[0], item]))
    with pytest.raises(UsageError, match=r"a\.json, item 1: '(answer|question)' is"):
        pairs_in(path)
