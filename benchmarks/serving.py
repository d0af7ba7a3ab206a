"""Load and faults: a real `mullama serve` with the small model, driven by real HTTP on loopback.

    python benchmarks/serving.py                       # everything, then docs/serving.md is filled
    python benchmarks/serving.py --only load,stop      # these phases; the others' figures stay
    python benchmarks/serving.py --quick               # seconds each; speed does not count, nothing is kept

Figures are kept in docs/serving.load.json. The exit status is 1 when a promise was broken.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from machine import REPOSITORY, machine
from service import bombs, load, long_files, malformed, memory, slow, stopping, ways
from service.found import Found

import mullama

KEPT = REPOSITORY / "docs" / "serving.load.json"
FILL = REPOSITORY / "docs" / "make_serving.py"
COMMAND = "python benchmarks/serving.py"
PHASES: dict[str, tuple[Callable[[Any], Found], Any, Any]] = {
    "load": (load.run, load.Size(), load.QUICK),
    "ways": (ways.run, ways.Size(), ways.QUICK),
    "memory": (memory.run, memory.Size(), memory.QUICK),
    "kill": (stopping.kill, stopping.Size(), stopping.QUICK),
    "stop": (stopping.stop, stopping.Size(), stopping.QUICK),
    "malformed": (malformed.run, malformed.Size(), malformed.QUICK),
    "slow": (slow.run, slow.Size(), slow.QUICK),
    "long": (long_files.run, long_files.Size(), long_files.QUICK),
    "bombs": (bombs.run, bombs.Size(), bombs.QUICK),
}
"""Name -> what runs it, its size, its size for tests."""


def main() -> None:
    """Run phases, keep what they found, say what was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--only", type=_names, default=list(PHASES), help="phases, with commas between"
    )
    parser.add_argument("--quick", action="store_true", help="short forms, for tests")
    parser.add_argument(
        "--out", type=Path, help=f"keep figures here (default: {KEPT.name} unless --quick)"
    )
    options = parser.parse_args()
    out: Path | None = options.out or (None if options.quick else KEPT)
    broken = 0
    for name in options.only:
        found, about = measure(name, quick=options.quick)
        broken += len(found.broken(timed=not options.quick))
        if out is not None:
            keep(out, name, found.as_json() | about)
    if out == KEPT:
        subprocess.run([sys.executable, str(FILL)], check=True)
    sys.exit(1 if broken else 0)


def measure(name: str, *, quick: bool) -> tuple[Found, dict[str, Any]]:
    """One phase, and what it was measured on; said on the terminal, too."""
    run, whole, short = PHASES[name]
    about = {
        "machine": machine(),
        "cores": os.cpu_count(),
        "busy_before": round(os.getloadavg()[0], 1),
    }
    begun = time.perf_counter()
    found = run(short if quick else whole)
    seconds = time.perf_counter() - begun
    print(f"{name}, {seconds:.0f} s")
    for promise in found.promises:
        print(f"  {'kept  ' if promise.kept else 'BROKEN'} {promise.promise}: {promise.seen}")
    return found, about | {"seconds": round(seconds), "version": mullama.__version__}


def keep(out: Path, name: str, found: dict[str, Any]) -> None:
    """Put one phase's figures in the place of its former ones."""
    kept = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
    phases = kept.get("phases", {}) | {name: found}
    ordered = {phase: phases[phase] for phase in PHASES if phase in phases}
    text = json.dumps({"command": COMMAND, "phases": ordered}, indent=2)
    out.write_text(text + "\n", encoding="utf-8")


def _names(text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in PHASES]:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(PHASES)}")
    return names


if __name__ == "__main__":
    main()
