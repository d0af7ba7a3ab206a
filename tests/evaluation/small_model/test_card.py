"""The table in the model card comes from the figures, and says which target was missed."""

import json
from pathlib import Path

import pytest

from mullama.errors import UsageError
from mullama.evaluation.small_model.card import BEGIN, COLUMNS, END, table, write_table
from mullama.evaluation.small_model.measure import Measured, save_figures
from mullama.evaluation.small_model.scores import TARGETS
from paths import DOCS

CARD = DOCS / "small-model.md"
FIGURES = DOCS / "small-model.json"


def figures(path: Path, drums: float) -> Path:
    save_figures(Measured({column: {"drums": drums} for column in COLUMNS}), path)
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


def test_styles_and_how_sure_figures_are_stand_beside_them(tmp_path: Path) -> None:
    card, path = tmp_path / "card.md", tmp_path / "figures.json"
    marks = "<!-- styles: begin -->\n<!-- styles: end -->"
    card.write_text(f"{BEGIN}\n{END}\n{marks}\n")
    styles = {
        "seen": {"jazz": {"clips": 20.0, "right": 95.04}, "rock": {"clips": 9.0, "right": 8.0}}
    }
    measured = Measured({"seen": {"drums": 96.0}}, {"seen": {"drums": 1.6}}, styles)
    save_figures(measured, path)
    write_table(path, card)
    text = card.read_text()
    assert "| drums | 96 ± 2 (≥94) |" in text
    assert text.endswith(
        "<!-- styles: begin -->\n| | seen: clips | seen: right |\n|---|---|---|\n"
        "| jazz | 20 | 95 |\n| rock | 9 | 8 |\n<!-- styles: end -->\n"
    )


def test_a_card_without_marks_is_refused(tmp_path: Path) -> None:
    card = tmp_path / "card.md"
    card.write_text("nothing")
    with pytest.raises(UsageError, match="no place for figures"):
        write_table(figures(tmp_path / "figures.json", 96), card)


def test_the_card_of_the_shipped_model_shows_its_own_figures() -> None:
    text = CARD.read_text(encoding="utf-8")
    shown = text.split(BEGIN)[1].split(END)[0].strip()
    assert shown == table(json.loads(FIGURES.read_text(encoding="utf-8")))
