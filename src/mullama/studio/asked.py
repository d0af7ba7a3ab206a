"""Folders of wordings: a text file for each kind of question, a wording on each line. It knows no answers."""

from functools import cache
from pathlib import Path


@cache
def wordings_in(folder: Path) -> dict[str, tuple[str, ...]]:
    """Kind of question, as its file is called with spaces for underscores -> its wordings; by name."""
    files = sorted(folder.glob("*.txt"))
    return {path.stem.replace("_", " "): _lines(path) for path in files}


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(path.read_text(encoding="utf-8").splitlines())
