"""The lines of a run: read back, dropped, and never in the way of one another."""

import json
from pathlib import Path

from mullama.training.run_log import LOG, RunLog, read_log


def test_lines_are_added_and_later_ones_dropped(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    assert log.lines() == []
    for step in (2, 4, 6):
        log.add(step, {"phase": "one", "loss": 1.0})
    log.drop_after(4)
    assert [line["total_step"] for line in read_log(tmp_path)] == [2, 4]
    assert [path.name for path in tmp_path.iterdir()] == [LOG]


def test_torn_lines_are_passed_over(tmp_path: Path) -> None:
    log = RunLog(tmp_path)
    log.add(2, {"phase": "one"})
    with (tmp_path / LOG).open("a") as file:
        file.write('{"total_step": 4, "ph')
    log.add(6, {"phase": "one"})
    assert [line["total_step"] for line in log.lines()] == [2, 6]
    log.drop_after(6)
    assert len((tmp_path / LOG).read_text().splitlines()) == 2


def test_what_json_lacks_becomes_null(tmp_path: Path) -> None:
    RunLog(tmp_path).add(1, {"validation": float("nan"), "loss": float("inf")})
    assert json.loads((tmp_path / LOG).read_text()) == {
        "total_step": 1,
        "validation": None,
        "loss": None,
    }
