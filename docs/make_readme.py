"""Fills the README's table of figures from docs/small-model.json, and its tree from the source.

python docs/make_readme.py
"""

import ast
import json
from pathlib import Path

from marked import fill

DOCS = Path(__file__).parent
README = DOCS.parent / "README.md"
SOURCE = DOCS.parent / "src" / "mullama"
ROWS = (
    "drums",
    "tempo within 8 %",
    "metre",
    "key, tonic",
    "style",
    "mood",
    "instruments, F1 micro",
    "is there an X?, balanced for each",
)
COLUMNS = {
    "unseen": "sounds it never trained on",
    "unseen, wrong song": "another song",
    "majority": "always the commonest answer",
}


def figures() -> str:
    """The table of the first screen."""
    found = json.loads((DOCS / "small-model.json").read_text())["figures"]
    lines = [f"| | {' | '.join(COLUMNS.values())} |", f"|---{'|---' * len(COLUMNS)}|"]
    for row in ROWS:
        cells = [f"{found[column][row]:.0f}" for column in COLUMNS]
        cells[0] = f"**{cells[0]}**"
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


TOOLS = {
    "small": "small model",
    "small, wrong song": "another song",
    "essentia multifeature": "essentia (RhythmExtractor2013)",
    "essentia edma": "essentia (KeyExtractor)",
    "librosa": "librosa",
}
"""Column of docs/recordings.json -> how the README calls it."""
HEARD = ("tempo within 4 %", "tempo, factors of 2 and 3 allowed", "key, exactly", "key, weighted")


def recordings() -> str:
    """The table of what is heard in recordings, beside tools."""
    found = json.loads((DOCS / "recordings.json").read_text())["figures"]
    columns = [name for name in TOOLS if name in found]
    lines = [
        f"| | {' | '.join(TOOLS[name] for name in columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for row in HEARD:
        cells = [f"{found[c][row]:.0f}" if row in found[c] else "" for c in columns]
        lines.append(f"| {row} | {' | '.join(cells)} |")
    small = found["small"]
    count = f"{small['excerpts with a tempo']:.0f} and {small['excerpts with a key']:.0f}"
    return "\n".join(
        [
            f"percent of {count} excerpts of free recordings whose tempo and key tools agree on; each tool",
            "is held against the others ([docs/recordings.md](docs/recordings.md)).",
            "",
            *lines,
        ]
    )


def tree() -> str:
    """Each room and the first line of what it says of itself."""
    lines = ["```", "src/mullama/"]
    for room in sorted(SOURCE.iterdir()):
        if (room / "__init__.py").is_file():
            said = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
            phrase = said.splitlines()[0].rstrip(".").removeprefix(f"{room.name.capitalize()}: ")
            lines.append(f"  {room.name + '/':13}{phrase[0].lower()}{phrase[1:]}")
    lines += ["recipes/       trainings and evaluations, each a YAML file", "```"]
    return "\n".join(lines)


if __name__ == "__main__":
    fill(README, {"figures": figures(), "recordings": recordings(), "tree": tree()})
