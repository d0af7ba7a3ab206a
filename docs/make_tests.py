"""Fills docs/tests.md with what the tests run, and with which changes of the code they notice.

python docs/make_tests.py COVERAGE MUTANTS

COVERAGE is what `make coverage` wrote (coverage.txt), MUTANTS what `make mutants` did (mutants.txt).
"""

import re
import sys
from collections import Counter, defaultdict
from pathlib import Path

from marked import fill

PAGE = Path(__file__).parent / "tests.md"
TOTAL = re.compile(r"^TOTAL +(\d+) +(\d+) +(\d+) +(\d+) +([\d.]+)%", re.MULTILINE)
MUTANT = re.compile(r"^ *mullama\.([\w.]+?)\.x\S*?_?_mutmut_\d+: ([\w ]+)$", re.MULTILINE)
UNTRIED = "not checked"
NOTICED = ("killed", "timeout", "suspicious", "segfault", "caught by type check")


def coverage(text: str) -> str:
    """Lines and branches together, and how many there are."""
    found = TOTAL.search(text)
    if found is None:
        sys.exit("the first file is no report of coverage")
    lines, missed, branches, partly, share = found.groups()
    return "\n".join(
        [
            "| | all | not run |",
            "|---|---|---|",
            f"| statements | {int(lines):,} | {int(missed):,} |",
            f"| branches | {int(branches):,} | {int(partly):,} of one way only |",
            "",
            f"**{share} %** of statements and branches together.",
        ]
    )


def mutants(text: str) -> str:
    """A row a module: how many changes, how many of them are noticed."""
    rooms: dict[str, Counter[bool]] = defaultdict(Counter)
    for module, status in MUTANT.findall(text):
        if status.strip() != UNTRIED:
            rooms[module][status.strip() in NOTICED] += 1
    if not rooms:
        sys.exit("the second file names no mutants")
    rows = [
        f"| `{module.replace('.', '/')}.py` | {found.total()} | {found[True] / found.total():.0%} |"
        for module, found in sorted(rooms.items())
    ]
    every = sum(rooms.values(), Counter[bool]())
    total = f"| **all** | {every.total()} | **{every[True] / every.total():.0%}** |"
    return "\n".join(["| module | changes | noticed |", "|---|---|---|", *rows, total])


if __name__ == "__main__":
    texts = [Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3]]
    fill(PAGE, {"coverage": coverage(texts[0]), "mutants": mutants(texts[1])})
