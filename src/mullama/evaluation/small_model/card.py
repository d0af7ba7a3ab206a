"""Figures become the table in a model card, between its two marks: never typed in by hand.

Knows neither model nor music.
"""

import json
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.jobs.atomic import write_text

BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"
SETS = {
    "seen": "seen",
    "unseen": "unseen",
    "other composers": "composers",
    "other recordings": "",
}
"""Sets of clips -> the targets that they have."""
COLUMNS = (*SETS, *(f"{name}, wrong song" for name in SETS), "majority")


def table(stored: dict[str, Any]) -> str:
    """Markdown of what `measure.save_figures` wrote; a figure that misses its target is marked.

    Columns that were not measured are left out.
    """
    found, rows = stored["figures"], []
    columns = [column for column in COLUMNS if column in found]
    for target in stored["targets"]:
        limits = {name: (target.get(kind), 1) for name, kind in SETS.items()}
        limits |= {f"{name}, wrong song": (target["wrong_song"], -1) for name in ("seen", "unseen")}
        cells = [
            _cell(found[column].get(target["row"]), *limits.get(column, (None, 1)))
            for column in columns
        ]
        rows.append(f"| {target['row']} | " + " | ".join(cells) + " |")
    head = ["| percent | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(head + rows)


def write_table(figures: Path, card: Path) -> None:
    """Put the table of a figures file into a card; raises UsageError where the marks are missing."""
    text = card.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise UsageError(f"{card} has no place for figures: put {BEGIN} and {END} into it")
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    rows = table(json.loads(figures.read_text(encoding="utf-8")))
    write_text(card, f"{before}{BEGIN}\n{rows}\n{END}{after}")


def _cell(value: float | None, limit: float | None, sign: int) -> str:
    if value is None:
        return ""
    shown = f"{value:.0f}"
    if limit is None:
        return shown
    word = "≥" if sign > 0 else "≤"
    met = sign * value >= sign * limit
    return f"{shown} ({word}{limit:.0f})" if met else f"**{shown}** ({word}{limit:.0f})"
