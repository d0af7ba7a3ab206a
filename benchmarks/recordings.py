"""How a model hears recordings that nobody trained it on, beside standard tools.

    pip install 'mullama[evaluate,listening]'
    python benchmarks/recordings.py [MODEL ...] [--music DIR] [--packages NAME ...]

Fetches the music of some of Debian's packages (`mullama.studio.recorded.packages.MEASURED`), has it labelled by
essentia and librosa, and holds each model and each tool against what the (other) tools agree on.
"""

import argparse
from pathlib import Path

import mullama
from mullama.evaluation.small_model.recorded import claims, figures, listen_to, tool_claims
from mullama.studio.recorded.labels import load_or_label
from mullama.studio.recorded.packages import MEASURED
from mullama.studio.recorded.teachers import KEY_FAMILIES, TEMPO_FAMILIES


def main() -> None:
    """Print a table in markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", default=["small"])
    parser.add_argument("--music", type=Path, default=Path.home() / ".cache/mullama/music")
    parser.add_argument("--packages", nargs="*", default=MEASURED)
    parser.add_argument("--excerpts", type=int, default=0, help="at most so many")
    args = parser.parse_args()
    folder = args.music / "recorded"
    excerpts = load_or_label(args.packages, folder)[: args.excerpts or None]
    columns: dict[str, dict[str, float]] = {}
    for name in args.models:
        mu = mullama.load(name)
        songs = listen_to(mu, excerpts, folder)
        columns[name] = figures(excerpts, claims(mu, songs))
        # Half way round, that no excerpt meets one of its own track.
        half = len(songs) // 2
        columns[f"{name}, wrong song"] = figures(excerpts, claims(mu, songs[half:] + songs[:half]))
    for tool in dict.fromkeys([*TEMPO_FAMILIES, *KEY_FAMILIES]):
        columns[tool] = figures(excerpts, tool_claims(excerpts, tool), tool)
    rows = dict.fromkeys(row for column in columns.values() for row in column)
    print("| percent | " + " | ".join(columns) + " |")
    print("|---" * (len(columns) + 1) + "|")
    for row in rows:
        cells = (f"{c[row]:.0f}" if row in c else "" for c in columns.values())
        print(f"| {row} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
