"""Every way of mapping gives the same results, takes what it has room for, and survives its workers."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from pathlib import Path

import pytest

from jobs import tasks
from jobs.rows import Row
from mullama.errors import AudioError, UsageError
from mullama.jobs.workers import JobError, Mapper, Work, here, processes, threads
from mullama.jobs.workers.messages import WorkerTraceback
from waiting import wait_until

Way = Callable[[Work[str, Row]], Mapper[str, Row]]
WAYS: dict[str, Way] = {
    "here": here,
    "threads": lambda work: threads(work, 3),
    "processes": lambda work: processes(work, 2),
}
NAMES = [str(number) for number in range(50)]

PROGRAM = """
import sys
from pathlib import Path
from jobs.tasks import dying
from mullama.jobs.workers import processes
if __name__ == "__main__":
    items = (f"sleep 60 {number}" for number in range(9))
    for row in processes(dying(Path(sys.argv[1])), 3)(items):
        print(row)
"""


def begun(folder: Path) -> list[int]:
    """The worker processes that have been set up."""
    return [int(path.name) for path in folder.iterdir()]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


@pytest.mark.parametrize("way", WAYS)
def test_results_and_failures_are_the_same(way: str) -> None:
    expected = [tasks.failed(name, f"{name}: a three") if int(name) % 10 == 3 else
                Row(name, int(name) ** 2) for name in NAMES]  # fmt: skip
    found = list(WAYS[way](tasks.squares())(NAMES))
    assert sorted(found, key=lambda row: int(row.name)) == expected
    if way == "here":
        assert found == expected


@pytest.mark.parametrize("way", WAYS)
def test_nothing_is_set_up_for_no_items(way: str) -> None:
    assert list(WAYS[way](Work(tasks.no_setup))(iter([]))) == []


@pytest.mark.parametrize("way", WAYS)
def test_items_are_taken_as_there_is_room(way: str) -> None:
    taken: list[str] = []

    def endless() -> Iterator[str]:
        while True:
            taken.append(str(len(taken)))
            yield taken[-1]

    results = WAYS[way](tasks.squares())(endless())
    for count in range(1, 30):
        next(results)
        assert len(taken) <= count + 12
    results.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", WAYS)
def test_what_is_not_the_items_fault_ends_the_job(way: str, tmp_path: Path) -> None:
    work = tasks.dying(tmp_path / "w")
    mapper = WAYS[way](work)
    with pytest.raises(ValueError, match=r"invalid literal.*'xy'") as caught:
        list(mapper(["unpicklable y"]))
    if way == "processes":
        assert isinstance(caught.value.__cause__, WorkerTraceback)
        assert "in unpicklable" in str(caught.value.__cause__)
    with pytest.raises(AudioError, match="no weights there"):
        list(WAYS[way](Work(tasks.no_setup))(["a"]))

    def broken() -> Iterator[str]:
        yield "1"
        raise UsageError("the table ends here")

    with pytest.raises(UsageError, match="the table ends here"):
        list(WAYS[way](tasks.squares())(broken()))


@pytest.mark.parametrize("way", WAYS)
def test_setup_is_done_once_a_worker(way: str, tmp_path: Path) -> None:
    items = [f"count {number}" for number in range(20)]
    rows = list(WAYS[way](tasks.dying(tmp_path / "w"))(items))
    assert len(begun(tmp_path / "w")) == (2 if way == "processes" else 1)
    assert max(row.value for row in rows) >= 10


def test_what_is_caught_needs_a_result() -> None:
    with pytest.raises(ValueError, match="give `failed`"):
        Work.of(tasks.square, catch=(AudioError,))
    for way in (threads, processes):
        with pytest.raises(JobError, match="at least one worker"):
            way(tasks.squares(), 0)


@pytest.mark.parametrize("signal_name", ["SIGKILL", "SIGSEGV"])
def test_a_dying_worker_costs_its_item(tmp_path: Path, signal_name: str) -> None:
    items = ["sleep 0", f"die {signal_name}", *(f"count {number}" for number in range(10))]
    rows = {row.name: row for row in processes(tasks.dying(tmp_path / "w"), 2)(items)}
    assert rows.keys() == set(items)
    assert [row.name for row in rows.values() if row.failed] == [items[1]]
    assert rows[items[1]].failed == f"the worker process died ({signal_name})"
    assert len(begun(tmp_path / "w")) in (3, 4)  # as many as there was work for


def test_an_item_is_tried_again_in_a_fresh_worker(tmp_path: Path) -> None:
    rows = list(processes(tasks.dying(tmp_path / "w"), 2)(["die_once a", "die_once b", "sleep 0"]))
    assert sorted(row.name for row in rows) == ["die_once a", "die_once b", "sleep 0"]
    assert not any(row.failed for row in rows)


def test_deaths_that_nothing_stops_end_the_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mullama.jobs.workers.process_pool.SPARE_DEATHS", 1)
    with pytest.raises(JobError, match=r"one after another \(exit code 9\)"):
        list(processes(tasks.dying(tmp_path / "w"), 1)(["exit 9"] * 100))
    with pytest.raises(JobError, match=r"'die': the worker process died \(SIGKILL\)"):
        list(processes(tasks.dying(tmp_path / "w", caught=False), 1)(["die"]))
    with pytest.raises(JobError, match=r"ended before it began \(exit code 7\).*__main__"):
        list(processes(Work(tasks.deadly_setup), 1)(["a"]))
    assert not any(map(alive, begun(tmp_path / "w")))


def test_errors_that_do_not_travel_are_told(tmp_path: Path) -> None:
    """One whose class wants other arguments, and a result that cannot be sent."""
    with pytest.raises(JobError, match=r"MissingExtraError: .*pip install"):
        list(processes(tasks.dying(tmp_path / "w"), 1)(["bug it"]))
    with pytest.raises((AttributeError, JobError), match="lambda"):
        list(processes(Work.of(tasks.returns_lambda), 1)(["a"]))


def test_large_items_and_results(tmp_path: Path) -> None:
    items = [f"bytes {letter * 3_000_000}" for letter in "abcd"]
    rows = list(processes(tasks.dying(tmp_path / "w"), 2)(items))
    assert sorted(row.name for row in rows) == items
    assert {row.value for row in rows} == {3_000_000}


def test_workers_use_one_thread_and_hear_no_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    items = ["threads", "interrupt", "loaded torch"]
    rows = list(processes(tasks.dying(tmp_path / "w"), 1)(items))
    assert [row.value for row in rows] == [1, 1, 0]


def test_closing_early_ends_all_workers(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    results = processes(tasks.dying(folder), 2)(["sleep 0", "sleep 60", "sleep 60 b", "sleep 60 c"])
    assert next(results).name == "sleep 0"
    wait_until(lambda: len(begun(folder)) == 2)
    results.close()  # type: ignore[attr-defined]
    assert not any(map(alive, begun(folder)))


@pytest.mark.parametrize(
    ("how", "to_group"),
    [(signal.SIGKILL, False), *product((signal.SIGINT, signal.SIGTERM), (False, True))],
)
def test_no_worker_outlives_its_parent(tmp_path: Path, how: int, to_group: bool) -> None:
    script, folder = tmp_path / "program.py", tmp_path / "w"
    script.write_text(PROGRAM)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        wait_until(lambda: folder.exists() and len(begun(folder)) == 3)
        (os.killpg if to_group else os.kill)(parent.pid, how)
        _, told = parent.communicate()
    wait_until(lambda: not any(map(alive, begun(folder))))
    assert told.count("Traceback") == (how == signal.SIGINT)  # of the parent alone


def test_a_lambda_may_make_the_failures(tmp_path: Path) -> None:
    suffix = "!"
    work = Work(
        partial(tasks.Dying, str(tmp_path)), failed=lambda name, why: Row(name, failed=why + suffix)
    )
    assert [row.failed for row in processes(work, 1)(["die"])] == [
        "the worker process died (SIGKILL)!"
    ]
