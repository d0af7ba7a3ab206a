"""Writes the tables of docs/results.md from the scores of evaluations; the text around them stays.

python docs/make_results.py RUNS     (RUNS holds the folders that docs/results.md says how to make)
"""

import json
import sys
from pathlib import Path
from typing import Any

from marked import fill

PAGE = Path(__file__).with_name("results.md")
PUBLISHED = ("BLEU", "METEOR", "ROUGE-L", "BERTScore")
STANDARD = ("BLEU-1", "BLEU-4", "METEOR", "ROUGE-L F1", "CIDEr-D")
HEARD = (
    *(f"{name} F1" for name in ("Instruments", "Style", "Mood", "Key", "Tempo", "Metre")),
    "Presence, balanced",
    "Drums, balanced",
)
TABLES = {
    "small-published": ("evaluate-small", "as-published", PUBLISHED),
    "small-standard": ("evaluate-small", "standard", STANDARD),
    "small-attributes": ("evaluate-small", "attributes", ("F1", *HEARD)),
    "deaf": ("evaluate-deaf", "as-published", PUBLISHED),
    "deaf-standard": ("evaluate-deaf", "standard", STANDARD),
    "long-whole": ("evaluate-long", "as-published", PUBLISHED),
    "long-published": ("evaluate-long-published", "as-published", PUBLISHED),
}
"""Name in the page -> folder, table, columns."""
NAMES = {"music": "", "wrong-song": "wrong song", "no-audio": "no audio"}


def table(scores: dict[str, Any], name: str, titles: tuple[str, ...]) -> list[str]:
    """Rows of systems with their controls below, and the share of the way; then quoted rows."""
    columns = {c["title"]: c for c in scores["tables"][name] if c["title"] in titles}
    known = [t for t in titles if t in columns and _computed(scores, columns[t])]
    lines = [f"| | {' | '.join(known)} |", f"|---{'|---' * len(known)}|"]
    for system in scores["systems"]:
        for condition in system["conditions"]:
            told = system["conditions"][condition]
            cells = [_figure(told, columns[title], condition == "music") for title in known]
            label = f"**{system['name']}**"
            if condition != "music":
                label = f"&nbsp;&nbsp;{NAMES.get(condition, condition)}"
            lines.append(f"| {label} | {' | '.join(cells)} |")
        if system["way"]:
            cells = [_way(system["way"], columns[title]) for title in known]
            lines.append(f"| &nbsp;&nbsp;*share that needed ears* | {' | '.join(cells)} |")
    for quoted in scores["published"] if name == "as-published" else ():
        cells = [f"{quoted['values'][t]:.3f}" if t in quoted["values"] else "" for t in known]
        lines.append(f"| {quoted['system']}, *quoted* | {' | '.join(cells)} |")
    return lines


def _computed(scores: dict[str, Any], column: dict[str, str]) -> bool:
    return not any(need["blocks"] for need in scores["metrics"][column["metric"]]["needs"])


def _figure(told: dict[str, Any], column: dict[str, str], interval: bool) -> str:
    figure = told[column["metric"]]["values"][column["value"]]
    if figure["value"] is None:
        return ""
    bounds = f" ({figure['low']:.3f} to {figure['high']:.3f})" if interval else ""
    return f"{figure['value']:.3f}{bounds}"


def _way(way: dict[str, Any], column: dict[str, str]) -> str:
    share = way[column["metric"]][column["value"]]
    if share["value"] is None:
        return ""
    low, high = (f"{100 * share[bound]:.0f}" for bound in ("low", "high"))
    return f"{100 * share['value']:.0f} % ({low} to {high})"


def about(scores: dict[str, Any]) -> str:
    """What the figures rest on."""
    counted, asking = scores["set"], scores["asking"]
    versions = ", ".join(f"{name} {version}" for name, version in scores["versions"].items())
    heard = {"whole": "heard whole", "published": "heard in every second minute"}
    return (
        f"{counted['items']:,} questions, {counted['tracks']} tracks, "
        f"{heard[asking['protocol']]}; 95 % intervals over tracks. {versions}."
    )


def main(runs: Path) -> None:
    """Fill every place of the page that begins and ends with a table's name."""
    texts = {}
    for name, (folder, which, titles) in TABLES.items():
        scores = json.loads((runs / folder / "scores.json").read_text(encoding="utf-8"))
        texts[name] = "\n".join([*table(scores, which, titles), "", about(scores)])
    fill(PAGE, texts)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
