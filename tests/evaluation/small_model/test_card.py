"""The table in the model card comes from the figures, and says which target was missed."""

import json
from pathlib import Path

from mullama.evaluation.small_model.card import COLUMNS, details, table
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
        rows[2] == "| drums | **90** (≥94) | 90 (≥88) | 90 | **90** (≥95) | 90 "
        "| **90** (≤70) | **90** (≤70) | 90 | 90 | 90 | 90 |"
    )
    assert len(rows) == 2 + len(TARGETS)


def test_styles_and_how_sure_figures_are_stand_beside_them(tmp_path: Path) -> None:
    styles = {
        "seen": {"jazz": {"clips": 20.0, "right": 95.04}, "rock": {"clips": 9.0, "right": 8.0}}
    }
    path = tmp_path / "figures.json"
    save_figures(Measured({"seen": {"drums": 96.0}}, {"seen": {"drums": 1.6}}, styles), path)
    stored = json.loads(path.read_text())
    assert "| drums | 96 ± 2 (≥94) |" in table(stored)
    assert details(stored["styles"]).splitlines() == [
        "| | seen: clips | seen: right |",
        "|---|---|---|",
        "| jazz | 20 | 95 |",
        "| rock | 9 | 8 |",
    ]


def test_the_card_of_the_shipped_model_shows_its_own_figures() -> None:
    text = CARD.read_text(encoding="utf-8")
    stored = json.loads(FIGURES.read_text(encoding="utf-8"))
    tables = {"figures": table(stored)}
    tables |= {name: details(stored[name]) for name in ("styles", "instruments")}
    for name, shown in tables.items():
        assert f"<!-- {name}: begin -->\n{shown}\n<!-- {name}: end -->" in text
