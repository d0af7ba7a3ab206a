"""The limits of this machine, and how a benchmark's figures are kept: beside machine and commit."""

import json
import platform
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers

REPOSITORY = Path(__file__).parent.parent
RESULTS = Path(__file__).parent / "results"


def seconds(action: Callable[[], object], repeats: int) -> float:
    """The shortest of several runs: what is longer is the neighbours' doing.

    By the wall clock; with one thread by the processor's, which other programs disturb less.
    """
    clock = time.process_time if torch.get_num_threads() == 1 else time.perf_counter
    spent = []
    for _ in range(repeats):
        before = clock()
        action()
        spent.append(clock() - before)
    return min(spent)


def read_bandwidth() -> float:
    """Bytes per second of summing 256 MB, all threads."""
    data = torch.ones(2**26)
    return data.nbytes / seconds(data.sum, 9)


def matrix_rate() -> float:
    """Floating-point operations per second of a float32 product of 1024 x 1024, all threads."""
    side = 1024
    left, right = torch.randn(side, side), torch.randn(side, side)
    return 2 * side**3 / seconds(lambda: left @ right, 9)


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    return {
        "processor": _processor(),
        "capability": torch.backends.cpu.get_cpu_capability(),
        "threads": torch.get_num_threads(),
        "clock": "processor" if torch.get_num_threads() == 1 else "wall",
        "torch": torch.__version__,
        "transformers": transformers.__version__,
        "commit": _commit(),
        "read_gb_per_second": round(read_bandwidth() / 1e9, 1),
        "float32_gflop_per_second": round(matrix_rate() / 1e9, 1),
    }


def keep(name: str, figures: dict[str, Any]) -> Path:
    """Write results/NAME.json, and say it on the terminal."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"kept in {path.relative_to(REPOSITORY)}")
    return path


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _commit() -> str:
    command = ["git", "-C", str(REPOSITORY), "describe", "--always", "--dirty"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "unknown"
