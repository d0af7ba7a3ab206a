"""The published layout, byte for byte."""

import json
import os
from pathlib import Path

import pytest

from mullama.data.files import read_pairs
from mullama.data.formats.published import PARTS, audio_name, write_published
from mullama.data.records import Pair

REAL = Path(os.environ.get("MULLAMA_DATA", "")) / PARTS["eval"]


def test_layout_is_that_of_json_with_an_indent_of_two(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    items = [("000000.wav", 'Wo "q"?\n', "Là…"), (None, "Q", "A")]
    assert write_published(path, items) == 2
    stored = json.loads(path.read_bytes())
    assert path.read_text() == json.dumps(stored, indent=2)
    assert stored[0]["audio_name"] == "000000.wav"
    assert "audio_name" not in stored[1]
    assert read_pairs(path) == [Pair('Wo "q"?\n', "Là…", "000000.wav"), Pair("Q", "A")]


def test_nothing_is_an_empty_list(tmp_path: Path) -> None:
    assert write_published(tmp_path / "a.json", []) == 0
    assert (tmp_path / "a.json").read_text() == "[]"


def test_names_have_six_digits() -> None:
    assert audio_name(12542) == "012542.wav"


@pytest.mark.skipif(not REAL.is_file(), reason="MULLAMA_DATA has no EvalMusicQA.json")
def test_the_published_evaluation_comes_back_byte_for_byte(tmp_path: Path) -> None:
    pairs = read_pairs(REAL)
    assert len(pairs) == 5040
    write_published(tmp_path / "a.json", ((p.audio, p.question, p.answer) for p in pairs))
    assert (tmp_path / "a.json").read_bytes() == REAL.read_bytes()
