"""The page says what is in the files beside it."""

import sys
from pathlib import Path

import pytest

from clips import make_clip, write_lines, write_wav
from mullama.musicqa.build.build import build
from mullama.musicqa.build.card import write_card
from mullama.musicqa.build.plan import BuildOptions


@pytest.fixture
def out(tmp_path: Path) -> Path:
    clips = [make_clip(f"c{n}", write_wav(tmp_path / f"{n}.wav", hz=99 + n)) for n in range(2)]
    lines = write_lines(tmp_path / "w.jsonl", [*clips, make_clip("gone")])
    build(BuildOptions(out=tmp_path / "set", pretrain=(lines,)))
    return tmp_path / "set"


def test_the_page(out: Path) -> None:
    text = (out / "README.md").read_text()
    assert text.startswith("---\n")
    assert "  - split: pretrain\n    path: pretrain.jsonl" in text
    assert "| pretrain | 2 | 18 | 3 | 3 |" in text
    assert "| pretrain | 0.00 | 2 to 2 | 2 | 0 | 0 | 1 |" in text
    assert "| pretrain | CC0-1.0 | 18 |" in text
    assert ("answer_lengths.png" in text) == (out / "answer_lengths.png").is_file()
    assert str(out.parent) not in text


def test_without_matplotlib_there_is_a_hint(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    told: list[str] = []
    assert write_card(out, told.append) == 18
    assert "matplotlib" in told[0]
    assert "answer_lengths.png" not in (out / "README.md").read_text()
