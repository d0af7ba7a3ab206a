"""Writes the figures of docs/serving.md from docs/serving.load.json; the text around them stays.

python docs/make_serving.py     (benchmarks/serving.py, which measures, does it at its end)
"""

import json
from pathlib import Path
from typing import Any

from marked import fill

PAGE = Path(__file__).with_name("serving.md")
KEPT = Path(__file__).with_name("serving.load.json")
Row = list[Any]


def table(head: Row, rows: list[Row]) -> list[str]:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(map(str, line)) + " |" for line in lines]


def promises(found: dict[str, Any]) -> list[str]:
    """What was promised and what was seen, the broken ones in bold."""
    rows = []
    for one in found["promises"]:
        seen = one["seen"].replace("|", "\\|")
        rows.append([one["promise"], seen if one["kept"] else f"**missed**: {seen}"])
    return table(["promised", "seen"], rows)


def load(figures: dict[str, Any]) -> list[str]:
    """Throughput and waiting."""
    rows = [
        [label, *(f"{figures[name][p]:.2f}" for p in ("p50", "p95", "p99"))]
        for label, name in (
            ("to the first token", "first_token_seconds"),
            ("to the end", "end_seconds"),
        )
    ]
    return [
        *table(["seconds", "p50", "p95", "p99"], rows),
        "",
        f"{figures['answers']:,} answers, {figures['answers_per_second']:g} a second; "
        f"{figures['tokens_per_second']} tokens a second; {figures['memory_mb']} MB at the most.",
    ]


def ways(figures: dict[str, Any]) -> list[str]:
    """One at a time, static, rolling."""
    names = ("one_at_a_time_seconds", "rolling_seconds", "ratio")
    waiting = [
        [row["waiting"], *(f"{row[name]:.2f}" for name in names)] for row in figures["waiting"]
    ]
    arriving = [
        [
            way,
            *(
                f"{row[f'{name}_p{p}_seconds']:.2f}"
                for name in ("first_token", "end")
                for p in (50, 95)
            ),
        ]
        for way, row in figures["arriving"].items()
    ]
    return [
        *table(["questions waiting", "one at a time (s)", "rolling (s)", "ratio"], waiting),
        "",
        *table(["batches", "first token, median (s)", "p95", "end, median", "p95"], arriving),
    ]


def bombs(figures: dict[str, Any]) -> list[str]:
    """A row for each."""
    names = ("file", "hours", "kilobytes", "said", "seconds", "memory_growth_mb")
    rows = [[row[name] for name in names] for row in figures["bombs"]]
    return table(["file", "hours", "kB", "answer", "after (s)", "memory grew by (MB)"], rows)


TABLES = {"load": load, "ways": ways, "bombs": bombs}
"""Phases with more to show than their promises."""


def where(found: dict[str, Any]) -> str:
    """What a phase was measured on, and what else ran."""
    machine, size = found["machine"], found["size"]
    sizes = ", ".join(f"{name.replace('_', ' ')} {_plain(value)}" for name, value in size.items())
    return (
        f"{sizes}. {machine['processor']}, {found['cores']} cores, load {found['busy_before']:g} before; "
        f"torch {machine['torch']}, version {found['version']}, commit {machine['commit']}; "
        f"{found['seconds']} s."
    )


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else f"{value:g}"


def main() -> None:
    """Fill the place of every phase."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    texts = {}
    for name, found in kept["phases"].items():
        shown = [*TABLES[name](found["figures"]), ""] if name in TABLES else []
        texts[f"serving-{name}"] = "\n".join([*shown, *promises(found), "", where(found)])
    fill(PAGE, texts)


if __name__ == "__main__":
    main()
