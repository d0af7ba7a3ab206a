"""A job that is to be killed: `python killed_run.py OUT COUNT WAY [PLACE]`.

Its results come out of their order. With PLACE it ends itself by signal 9 at that write, sync or
rename; every other write is torn in the middle by that.
"""

import os
import signal
import stat
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from jobs.rows import ROWS, Row
from jobs.tasks import failed
from mullama.errors import AudioError
from mullama.jobs import log_file
from mullama.jobs.log import JsonlLog
from mullama.jobs.outcome import Outcome
from mullama.jobs.run import run
from mullama.jobs.shard import Shard
from mullama.jobs.workers import Mapper, Work, here, processes, ray, threads

WAYS: dict[str, Callable[[Work[str, Row]], Mapper[str, Row]]] = {
    "here": here,
    "threads": lambda work: threads(work, 3),
    "processes": lambda work: processes(work, 2),
    "ray": lambda work: ray(work, 2),
}


def task(name: str) -> Row:
    number = int(name)
    time.sleep(0.001)
    if number % 10 == 3:
        raise AudioError(f"{name}: a three")
    return Row(name, number * number)


def names(count: int) -> Iterator[str]:
    return (str(number) for number in range(count))


def disordered(mapper: Mapper[str, Row]) -> Mapper[str, Row]:
    """Every five results backwards."""

    def mapped(items: Iterable[str]) -> Iterator[Row]:
        results = mapper(items)
        try:
            while block := list(islice(results, 5)):
                yield from reversed(block)
        finally:
            results.close()  # type: ignore[attr-defined]

    return mapped


def job(out: Path, count: int, way: str, **options: Any) -> Outcome:
    mapper = disordered(WAYS[way](Work.of(task, catch=(AudioError,), failed=failed)))
    log = JsonlLog(out, ROWS)
    return run(names(count), mapper, log, key=lambda name: ("test", name), **options)


def at_each_step(act: Callable[[int, bool], None]) -> None:
    """Call `act` with its number before every step that changes the disk, and within every write."""
    write, sync, replace = os.write, os.fsync, Path.replace
    steps = 0

    def step(torn: bool = False) -> None:
        nonlocal steps
        steps += 1
        act(steps, torn)

    def torn_write(file: int, data: bytes) -> int:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            return write(file, data)
        step()
        done = write(file, data[: len(data) // 2])
        step(torn=True)
        return done + write(file, data[len(data) // 2 :])

    def told_sync(file: int) -> None:
        step()
        sync(file)

    def told_replace(self: Path, target: Path) -> Path:
        step()
        return replace(self, target)

    os.write, os.fsync = torn_write, told_sync
    Path.replace = told_replace  # type: ignore[method-assign,assignment]
    log_file.SYNC_SECONDS = -1.0  # every line is synced


def main() -> None:
    out, count, way, *place = sys.argv[1:]
    if place:

        def die(step: int, torn: bool) -> None:
            if step == int(place[0]):
                os.kill(os.getpid(), signal.SIGKILL)

        at_each_step(die)
    print("ready", flush=True)
    outcome = job(Path(out), int(count), way, shard=Shard())
    print(" ".join(outcome.lines()), flush=True)


if __name__ == "__main__":
    main()
