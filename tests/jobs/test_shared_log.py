"""Many add to one file, and none of it is lost but what a machine tore."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jobs.rows import ROWS, Row
from mullama.errors import UsageError
from mullama.jobs.shared_log import SharedLog

PROGRAM = """
import sys
from pathlib import Path
from jobs.rows import ROWS, Row
from mullama.jobs.shared_log import SharedLog
log = SharedLog(Path(sys.argv[1]), ROWS)
for number in range(300):
    log.add(Row(f"{sys.argv[2]}-{number}", number))
"""


def test_what_is_torn_or_foreign_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "files.jsonl"
    log = SharedLog(path, ROWS)
    assert list(log.records()) == []
    log.add(Row("a"))
    with path.open("ab") as file:
        file.write(
            b'{"name": "torn\n[]\n{"value": 1}\n\xff\n\n' + b'{"a":' * 9999 + b'\n{"name": "b'
        )
    log.add(Row("c", 3))
    log.add(Row("a", 2))
    assert list(SharedLog(path, ROWS).records()) == [Row("a"), Row("c", 3), Row("a", 2)]


def test_processes_and_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "files.jsonl"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    others = [
        subprocess.Popen([sys.executable, "-c", PROGRAM, str(path), name], env=environment)
        for name in "ab"
    ]
    log = SharedLog(path, ROWS)

    def add(name: str) -> None:
        for number in range(300):
            log.add(Row(f"{name}-{number}", number))

    threads = [threading.Thread(target=add, args=(name,)) for name in "cd"]
    for thread in threads:
        thread.start()
    for each in (*threads,):
        each.join()
    assert [other.wait() for other in others] == [0, 0]
    found = sorted(row.name for row in log.records())
    assert found == sorted(f"{name}-{number}" for name in "abcd" for number in range(300))


def test_what_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: Is a directory"):
        list(SharedLog(tmp_path, ROWS).records())
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        SharedLog(tmp_path / "none" / "files.jsonl", ROWS).add(Row("a"))
