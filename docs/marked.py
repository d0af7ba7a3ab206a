"""Fills the places of a page that begin and end with a name; the text around them stays."""

import re
import sys
from pathlib import Path


def fill(path: Path, texts: dict[str, str]) -> None:
    """Name -> what is to stand there. Ends the script for a name that has no place in the page."""
    page = path.read_text(encoding="utf-8")
    for name, filled in texts.items():
        place = re.compile(rf"(<!-- {name}: begin -->\n).*?(<!-- {name}: end -->)", re.DOTALL)
        if not place.search(page):
            sys.exit(f"{path}: there is no place for {name}")
        page = place.sub(lambda found, text=filled: f"{found[1]}{text}\n{found[2]}", page)
    path.write_text(page, encoding="utf-8")
