"""Figures become the table in a model card, between its two marks: never typed in by hand.

Knows neither model nor music.
"""

import json
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.jobs.atomic import write_text

MARKS = "<!-- {}: begin -->", "<!-- {}: end -->"
BEGIN, END = (mark.format("figures") for mark in MARKS)
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
        spreads = stored.get("spreads", {})
        cells = [
            _cell(
                found[column].get(target["row"]),
                spreads.get(column, {}).get(target["row"]),
                *limits.get(column, (None, 1)),
            )
            for column in columns
        ]
        rows.append(f"| {target['row']} | " + " | ".join(cells) + " |")
    head = ["| percent | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    return "\n".join(head + rows)


def details(of_sets: dict[str, dict[str, dict[str, float]]]) -> str:
    """Markdown of styles or instruments, a line for each; one set of clips beside the other."""
    kinds = list(next(iter(next(iter(of_sets.values())).values())))
    head = [f"{name}: {kind}" for name in of_sets for kind in kinds]
    rows = dict.fromkeys(row for found in of_sets.values() for row in found)
    lines = ["| | " + " | ".join(head) + " |", "|---" * (len(head) + 1) + "|"]
    for row in rows:
        cells = (
            f"{found[row][kind]:.0f}" if row in found else ""
            for found in of_sets.values()
            for kind in kinds
        )
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_table(figures: Path, card: Path) -> None:
    """Put the tables of a figures file into a card; raises UsageError where the marks of the first are missing.

    Those of styles and instruments are left out where the card has no place for them.
    """
    stored = json.loads(figures.read_text(encoding="utf-8"))
    text = card.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        raise UsageError(f"{card} has no place for figures: put {BEGIN} and {END} into it")
    text = _between(text, "figures", table(stored))
    for name in ("styles", "instruments"):
        if stored.get(name):
            text = _between(text, name, details(stored[name]))
    write_text(card, text)


def _between(text: str, name: str, rows: str) -> str:
    begin, end = (mark.format(name) for mark in MARKS)
    if begin not in text or end not in text:
        return text
    before, rest = text.split(begin, 1)
    return f"{before}{begin}\n{rows}\n{end}{rest.split(end, 1)[1]}"


def _cell(value: float | None, spread: float | None, limit: float | None, sign: int) -> str:
    if value is None:
        return ""
    shown = f"{value:.0f}" if spread is None else f"{value:.0f} ± {spread:.0f}"
    if limit is None:
        return shown
    word = "≥" if sign > 0 else "≤"
    met = sign * value >= sign * limit
    return f"{shown} ({word}{limit:.0f})" if met else f"**{shown}** ({word}{limit:.0f})"
