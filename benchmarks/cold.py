"""Seconds and memory of `mullama ask` from a cold start, beside one process for every question.

python benchmarks/cold.py [--repeat N]
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from machine import keep, machine

SONG = Path(__file__).parents[1] / "examples" / "rock.mp3"
QUESTIONS = [
    "Describe the audio",
    "What is the tempo?",
    "Which instruments play?",
    "What key is it in?",
]


def run(*words: str) -> tuple[float, float]:
    """One process: wall seconds, peak resident MiB."""
    start = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-m", "mullama", *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(
            f"mullama {' '.join(words)}: exit status {os.waitstatus_to_exitcode(status)}"
        )
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def measure(repeat: int) -> dict[str, float]:
    """Minima over `repeat` rounds, the ways taking turns."""
    rounds = []
    for _ in range(repeat):
        one, memory = run("ask", str(SONG), "-q", QUESTIONS[0])
        asked = [word for question in QUESTIONS for word in ("-q", question)]
        four, _ = run("ask", str(SONG), *asked)
        plain = sum(run("ask", str(SONG), "-q", question)[0] for question in QUESTIONS)
        help_, _ = run("--help")
        rounds.append((one, memory, four, plain, help_))
    one, memory, four, plain, help_ = map(min, zip(*rounds, strict=True))
    return {
        "first answer (s)": one,
        "peak memory (MiB)": memory,
        "four answers, one process (s)": four,
        "four answers, a process each (s)": plain,
        "ratio": plain / four,
        "--help (s)": help_,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    rows = measure(parser.parse_args().repeat)
    for name, figure in rows.items():
        print(f"{name:34} {figure:8.2f}")
    keep("cold", {"machine": machine(), "rows": rows})
