"""How fast question-answer pairs are written: by an endpoint, by a local model, and our own part.

    python benchmarks/musicqa.py                        # all three
    python benchmarks/musicqa.py --only endpoint local
    python benchmarks/musicqa.py --rows 1000 10000 100000

The endpoint is a canned one in a process of its own that takes `--latency` seconds for every reply;
the local model is a tiny random one, which never says anything usable, so every clip is asked to the end.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))

import torch
from machine import REPOSITORY, keep, machine

from mullama.musicqa.descriptions import Description
from mullama.musicqa.writers import WriterOptions, open_writer

IN_FLIGHT = 32
BATCH = 16
RATE = "clips_per_second"
REPEATS = 5
"""Runs, of which the best counts: what is slower is the neighbours' doing."""
TOKENS = 16
"""That the local model generates for every reply."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rows", nargs="+", type=int, default=[1000, 10_000])
    parser.add_argument("--latency", type=float, default=0.2, help="seconds of the endpoint")
    options = parser.parse_args()
    torch.set_num_threads(1)  # a tiny model gains nothing from more
    figures: dict[str, Any] = {"machine": machine()}
    for part in options.only:
        figures[part] = PARTS[part](options)
        print(f"{part}:")
        for row in figures[part]["rows"]:
            print("   " + ", ".join(f"{name} {value:.4g}" for name, value in row.items()))
        print(f"   ratio {figures[part]['ratio']:.2f}")
    keep("musicqa", figures)


def endpoint(options: argparse.Namespace) -> dict[str, Any]:
    """Clips per second one at a time, and many at once."""
    rows = []
    with canned_endpoint(options.latency) as url:
        for in_flight in (1, IN_FLIGHT):
            name, count = f"openai:{url}#canned", 4 * in_flight
            runs = [measured(name, count, in_flight=in_flight) for _ in range(REPEATS)]
            rows.append({"in_flight": in_flight, **max(runs, key=lambda run: run[RATE])})
    ratio = rows[1][RATE] / rows[0][RATE]
    return {"latency_seconds": options.latency, "rows": rows, "ratio": ratio}


def local(options: argparse.Namespace) -> dict[str, Any]:
    """Clips per second one at a time, and in batches."""
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        name = f"local:{tiny_chat_model(Path(folder) / 'tiny')}"
        for batch in (1, BATCH):
            found = measured(name, BATCH, batch_size=batch, max_tokens=TOKENS, attempts=1)
            rows.append({"batch_size": batch, **found})
    ratio = rows[1][RATE] / rows[0][RATE]
    return {"tokens": TOKENS, "rows": rows, "ratio": ratio}


def bookkeeping(options: argparse.Namespace) -> dict[str, Any]:
    """Time and memory per row with the template writer, in a process of its own for each size."""
    script = (
        "import re, sys, time; from pathlib import Path;"
        "from killed_write import Disordered, clips; from mullama.musicqa.write import write;"
        "status = Path('/proc/self/status');"
        "peak = lambda: int(re.search(r'VmHWM:\\s+(\\d+) kB', status.read_text())[1]) * 1024;"
        "out, count = Path(sys.argv[1]), int(sys.argv[2]);"
        "write(clips(50), Disordered(), out.with_name('warm.jsonl'));"
        "base, begin = peak(), time.process_time();"
        "write(clips(count), Disordered(), out);"
        "middle = time.process_time();"
        "write(clips(count), Disordered(), out);"
        "print(middle - begin, time.process_time() - middle, peak() - base)"
    )
    rows = []
    for count in options.rows:
        with tempfile.TemporaryDirectory() as folder:
            command = [sys.executable, "-c", script, f"{folder}/out.jsonl", str(count)]
            ran = subprocess.run(
                command, check=True, capture_output=True, text=True,
                cwd=REPOSITORY / "tests" / "musicqa",
            )  # fmt: skip
        written, resumed, memory = map(float, ran.stdout.split())
        rows.append(
            {
                "rows": count,
                "write_ms_per_row": 1000 * written / count,
                "resume_ms_per_row": 1000 * resumed / count,
                "kilobytes_per_row": memory / 1000 / count,
            }
        )
    ratio = rows[-1]["write_ms_per_row"] / rows[0]["write_ms_per_row"]
    return {"rows": rows, "ratio": ratio}


PARTS = {"endpoint": endpoint, "local": local, "bookkeeping": bookkeeping}


def measured(name: str, count: int, **options: Any) -> dict[str, float]:
    """The speed of a writer that has been used once before, and what it costs the processor."""
    writer = open_writer(name, WriterOptions(**options))
    list(writer.write([described(-1)]))
    wall, processor = time.perf_counter(), time.process_time()
    found = list(writer.write(map(described, range(count))))
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    assert len(found) == count
    return {RATE: count / wall, "processor_ms_per_clip": 1000 * processor / count}


def described(number: int) -> Description:
    return Description("bench", str(number), f"Song number {number}, with a guitar.", "caption")


@contextmanager
def canned_endpoint(latency: float) -> Iterator[str]:
    """The URL of a server in a process of its own."""
    script = str(REPOSITORY / "tests" / "canned_server.py")
    command = [sys.executable, script, "--latency", str(latency)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, **pipes) as server:  # type: ignore[call-overload]
        yield server.stdout.readline().strip()
        server.stdin.close()


def tiny_chat_model(folder: Path) -> Path:
    from chat_model import byte_tokenizer, save_chat_model

    return save_chat_model(folder, byte_tokenizer())


if __name__ == "__main__":
    main()
