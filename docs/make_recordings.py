"""Puts what benchmarks/recordings.py measured into docs/recordings.md, and draws it.

    python benchmarks/recordings.py MODEL ... --sure --disturbed --out docs/recordings.json
    python docs/make_recordings.py [--music DIR]

Licences are read from the packages' own copyright files, which lie in DIR (default: ~/.cache/mullama/music).
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from marked import fill

from mullama.evaluation.small_model.certainty import COVERAGES
from mullama.evaluation.small_model.disturbed import CENTS, DISTURBANCES
from mullama.evaluation.small_model.recorded import table
from mullama.studio.compose.harmony import all_keys
from mullama.studio.recorded.packages import HELD_OUT, TRAINING, tracks
from mullama.studio.recorded.teachers import SAME_TEMPO

DOCS = Path(__file__).parent

MISTAKES = ("right", "a fifth away", "relative", "parallel", "something else")


def mistake(true: str, said: str) -> str:
    """What kind of mistake a key is, as MIREX weighs them."""
    keys = all_keys()
    (a, minor_a), (b, minor_b) = (((k := keys.index(name)) % 12, k >= 12) for name in (true, said))
    if (a, minor_a) == (b, minor_b):
        return "right"
    if minor_a == minor_b:
        return "a fifth away" if (a - b) % 12 in (5, 7) else "something else"
    if a == b:
        return "parallel"
    relative = (a + 3) % 12 if minor_a else (a - 3) % 12
    return "relative" if b == relative else "something else"


def draw(stored: dict[str, Any], path: Path) -> None:
    """Tempo against truth, keys against each other, and what detuning does."""
    mpl.rcParams["svg.hashsalt"] = "mullama"
    figure, (tempo, circle, tuning) = plt.subplots(1, 3, figsize=(13, 4.2), layout="constrained")
    pairs = [(row[0], row[1]) for row in stored["said"] if row[0] and row[1]]
    right = [abs(said - true) <= SAME_TEMPO * true for true, said in pairs]
    for factor in (0.5, 1.0, 2.0):
        tempo.plot([50, 200], [50 * factor, 200 * factor], color="0.8", linewidth=1, zorder=0)
    colours = ["tab:blue" if hit else "tab:orange" for hit in right]
    tempo.scatter(*zip(*pairs, strict=True), s=12, c=colours, alpha=0.6, linewidths=0)
    ticks = (50, 70, 100, 140, 200)
    tempo.set(xscale="log", yscale="log", xlim=(48, 210), ylim=(48, 210), aspect="equal")
    for axis in (tempo.xaxis, tempo.yaxis):
        axis.set_ticks(ticks, map(str, ticks))
        axis.set_ticks([], minor=True)
    tempo.set(xlabel="tempo that tools agree on", ylabel="tempo that is said")
    keys = [(row[2], row[3]) for row in stored["said"] if row[2] and row[3]]
    fifths = [(key + name) for name in (" major", " minor") for key in _circle(name)]
    counts = Counter(keys)
    grid = [
        [counts[true, said] / max(1, sum(counts[true, x] for x in fifths)) for said in fifths]
        for true in fifths
    ]
    circle.imshow(grid, cmap="Blues", vmin=0, vmax=1)
    names = [name.replace(" major", "").replace(" minor", "m") for name in fifths]
    circle.set_xticks(range(24), names, rotation=90, fontsize=7)
    circle.set_yticks(range(24), names, fontsize=7)
    circle.set(xlabel="key that is said", ylabel="key that tools agree on")
    if stored["disturbed"]:
        for fact, colour in (("key", "tab:blue"), ("tempo", "tab:orange")):
            shares = [stored["disturbed"][f"{cents:+d} cents"][fact] for cents in CENTS]
            tuning.plot(CENTS, shares, marker="o", color=colour, label=fact)
        tuning.set(xlabel="detuned by (cents)", ylabel="answers that stay, percent", ylim=(0, 102))
        tuning.legend(frameon=False, loc="lower right")
    figure.savefig(path, metadata={"Date": None})


def _circle(mode: str) -> Sequence[str]:
    tonics = [name.removesuffix(mode) for name in all_keys() if name.endswith(mode)]
    return [tonics[7 * step % 12] for step in range(12)]


def mistakes(stored: dict[str, Any]) -> str:
    """How keys are missed, as a sentence."""
    kinds = Counter(mistake(row[2], row[3]) for row in stored["said"] if row[2] and row[3])
    parts = [f"{kinds[kind]} {kind}" for kind in MISTAKES if kinds[kind]]
    return f"Keys of {kinds.total()} excerpts: {', '.join(parts)}."


def surest(stored: dict[str, Any]) -> str:
    """How many are right where the model may leave out what it is least sure of, as a table."""
    lines = ["| right, percent | " + " | ".join(f"{share} % kept" for share in COVERAGES) + " |"]
    lines.append("|---" * (len(COVERAGES) + 1) + "|")
    for fact, kept in stored["surest"].items():
        cells = (f"{kept[str(share)]:.0f}" for share in COVERAGES)
        lines.append(f"| {fact} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def disturbed(stored: dict[str, Any]) -> str:
    """What stays when the sound is disturbed, as a table."""
    lines = ["| answers that stay, percent | tempo | key |", "|---|---|---|"]
    for name in DISTURBANCES:
        found = stored["disturbed"][name]
        key = f"{found['key']:.0f}" if "key" in found else ""
        lines.append(f"| {name} | {found['tempo']:.0f} | {key} |")
    return "\n".join(lines)


def licences(packages: Sequence[str], folder: Path) -> str:
    """Packages with their tracks, and the licences that their copyright files name."""
    lines = ["| package | tracks | licences in it |", "|---|---|---|"]
    for package in packages:
        found = tracks(package, folder)
        if not found:
            continue
        text = "\n".join(
            path.read_text(encoding="utf-8", errors="replace")
            for path in (folder / package).rglob("copyright")
        )
        named = sorted(set(re.findall(r"^License:[ \t]*(\S.*?)[ \t]*$", text, re.MULTILINE)))
        lines.append(
            f"| {package} | {len(found)} | {', '.join(named) or 'see its copyright file'} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Fill and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--music", type=Path, default=Path.home() / ".cache/mullama/music")
    folder = parser.parse_args().music / "recorded"
    stored = json.loads((DOCS / "recordings.json").read_text(encoding="utf-8"))
    fill(
        DOCS / "recordings.md",
        {
            "recordings": table(stored["figures"]),
            "mistakes": mistakes(stored),
            "surest": surest(stored),
            "disturbed": disturbed(stored),
            "held out": licences(HELD_OUT, folder),
            "training": licences(TRAINING, folder),
        },
    )
    draw(stored, DOCS / "images" / "recordings.svg")


if __name__ == "__main__":
    main()
