"""The table in the model card comes from the figures, and says which target was missed."""

import json
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.small_model.card import BEGIN, COLUMNS, END, table, write_table
from mullama.evaluation.small_model.measure import save_figures
from mullama.evaluation.small_model.scores import TARGETS
from paths import DOCS

CARD = DOCS / "small-model.md"
FIGURES = DOCS / "small-model.json"


def figures(path: Path, drums: float) -> Path:
    save_figures({column: {"drums": drums} for column in COLUMNS}, path)
    return path


def test_a_missed_target_stands_out(tmp_path: Path) -> None:
    rows = table(json.loads(figures(tmp_path / "figures.json", 90.44).read_text())).splitlines()
    assert rows[0].startswith("| percent | seen | unseen |")
    assert (
        rows[2] == "| drums | **90** (≥94) | 90 (≥88) | **90** (≥95) | 90 "
        "| **90** (≤70) | **90** (≤70) | 90 | 90 | 90 |"
    )
    assert len(rows) == 2 + len(TARGETS)


def test_the_table_is_put_between_its_marks(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    for _ in range(2):
        write_table(figures(tmp_path / "figures.json", 96), card)
    text = card.read_text()
    assert text.startswith(f"before\n{BEGIN}\n| percent |")
    assert text.endswith(f"|\n{END}\nafter\n")
    assert "old" not in text


def test_a_card_without_marks_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("nothing")
    with pytest.raises(UsageError, match="no place for figures"):
        write_table(figures(tmp_path / "figures.json", 96), card)


def test_the_card_of_the_shipped_model_shows_its_own_figures() -> None:
    text = CARD.read_text(encoding="utf-8")
    shown = text.split(BEGIN)[1].split(END)[0].strip()
    assert shown == table(json.loads(FIGURES.read_text(encoding="utf-8")))
