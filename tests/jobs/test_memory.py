"""What a job remembers of a million rows stays small. The figures are printed (pytest -s)."""

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from jobs.rows import ROWS, Row
from mullama.jobs.keys import KeyList, KeySet
from mullama.jobs.log import JsonlLog
from mullama.jobs.outcome import Outcome
from mullama.jobs.run import run

ROW_COUNT = 1_000_000
SOURCE = """
import sys
from pathlib import Path
from jobs.test_memory import rows, measured
print(*measured(Path(sys.argv[1]), int(sys.argv[2])))
"""


def rows(items: Iterable[int]) -> Iterator[Row]:
    """Every hundred backwards, so that the file has to be put in order; one in a hundred failed."""
    block: list[Row] = []
    for number in items:
        name = f"a-name-as-long-as-that-of-a-clip-{number:09d}"
        block.append(Row(name, number, failed="" if number % 100 else "why"))
        if len(block) == 100:
            yield from reversed(block)
            block.clear()
    yield from reversed(block)


def job(path: Path, count: int) -> Outcome:
    key = "test", "a-name-as-long-as-that-of-a-clip-"
    log = JsonlLog(path, ROWS)
    return run(range(count), rows, log, key=lambda number: (key[0], f"{key[1]}{number:09d}"))


def measured(path: Path, count: int) -> tuple[int, int, int]:
    """Bytes that the process took at most, before and after a job and its second run; rows of that."""
    job(path.with_suffix(".small"), 1000)
    before = peak()
    job(path, count)
    again = job(path, count)
    return before, peak(), again.skipped + again.failed_before


def peak() -> int:
    """Of this process alone; getrusage counts what its parent held as it started."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(status.split("VmHWM:")[1].split()[0])


def test_a_key_is_remembered_in_some_sixty_bytes() -> None:
    count = 70_000
    keys = [("test", f"a-name-as-long-as-that-of-a-clip-{number:09d}") for number in range(count)]
    tracemalloc.start()
    held = KeySet(keys), KeyList(keys)
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(each) for each in held] == [count, count]
    assert size / count < 70  # less where there are more: a set of so few has many strings


@pytest.mark.slow
def test_a_million_rows(tmp_path: Path) -> None:
    """Written, put in order, read again: what one process takes for that, beside its start."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    told = subprocess.run(
        [sys.executable, "-c", SOURCE, str(tmp_path / "big.jsonl"), str(ROW_COUNT)],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    before, after, read = map(int, told.stdout.split())
    size = (tmp_path / "big.jsonl").stat().st_size
    print(f"\n{ROW_COUNT} rows, {size / 1e6:.0f} MB of lines: {before / 1e6:.0f} MB before, "
          f"{(after - before) / ROW_COUNT:.0f} bytes a row at most")  # fmt: skip
    assert (after - before) / ROW_COUNT < 200
    assert read == ROW_COUNT
    first = next(ROWS.read(tmp_path / "big.jsonl"))
    assert first.name.endswith("-000000000")
