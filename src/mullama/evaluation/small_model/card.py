"""Figures become the tables of a model card: never typed in by hand.

Knows neither model nor music.
"""

from typing import Any

SETS = {
    "seen": "seen",
    "unseen": "unseen",
    "sung": "songs",
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
    spreads = stored.get("spreads", {})
    columns = [column for column in COLUMNS if column in found]
    for target in stored["targets"]:
        limits = {name: (target.get(kind), 1) for name, kind in SETS.items()}
        limits |= {f"{name}, wrong song": (target["wrong_song"], -1) for name in ("seen", "unseen")}
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


def _cell(value: float | None, spread: float | None, limit: float | None, sign: int) -> str:
    if value is None:
        return ""
    shown = f"{value:.0f}" if spread is None else f"{value:.0f} ± {spread:.0f}"
    if limit is None:
        return shown
    word = "≥" if sign > 0 else "≤"
    met = sign * value >= sign * limit
    return f"{shown} ({word}{limit:.0f})" if met else f"**{shown}** ({word}{limit:.0f})"
