"""A job ends with the same file however it came there: at once, resumed, in shards, by any way."""

import io
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from jobs.killed_run import WAYS, disordered, job, names
from jobs.rows import ROWS, Row
from jobs.tasks import squares
from mullama.errors import UsageError
from mullama.jobs.log import JsonlLog
from mullama.jobs.no_log import NoLog
from mullama.jobs.outcome import MAX_DISTINCT_CAUSES, Outcome
from mullama.jobs.progress import Progress
from mullama.jobs.run import run
from mullama.jobs.shard import Shard
from mullama.jobs.workers import JobError, Work, here

IN_PROCESS = ["here", "threads", "processes"]


@pytest.fixture
def straight(tmp_path: Path) -> bytes:
    """What a run of sixty items leaves that nothing disturbs."""
    assert job(tmp_path / "straight.jsonl", 60, "here").written == 54
    return (tmp_path / "straight.jsonl").read_bytes()


@pytest.mark.parametrize("way", IN_PROCESS)
def test_the_file_is_in_the_items_order(tmp_path: Path, straight: bytes, way: str) -> None:
    outcome = job(tmp_path / "out.jsonl", 60, way)
    assert (tmp_path / "out.jsonl").read_bytes() == straight
    assert (outcome.written, outcome.failed, outcome.exit_code) == (54, 6, 1)
    assert outcome.causes == Counter(f"{number}: a three" for number in range(3, 60, 10))
    assert [row.name for row in ROWS.read(tmp_path / "out.jsonl")] == list(names(60))


def test_what_is_there_is_not_done_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert job(out, 30, "here", limit=10).written == 9
    again = job(out, 30, "here")
    assert (again.written, again.failed, again.skipped, again.failed_before) == (18, 2, 9, 1)
    before = out.read_bytes()
    assert job(out, 30, "here") == Outcome(skipped=27, failed_before=3)
    assert out.read_bytes() == before


def test_failed_items_stay_until_they_are_asked_for_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    job(out, 9, "here")
    lines = job(out, 9, "here").lines()
    assert lines == [
        "0 written, 0 failed, 8 there before",
        "1 failed before; ask again with --retry-failed",
    ]
    assert job(out, 9, "here", retry_failed=True).failed == 1
    heal = here(Work[str, Row].of(Row))
    log = JsonlLog(out, ROWS)
    third = run(names(9), heal, log, key=lambda name: ("test", name), retry_failed=True)
    assert (third.written, third.skipped, third.exit_code) == (1, 8, 0)
    assert [row.name for row in log.records()] == list(names(9))


def test_nothing_done_is_told_by_the_exit_code(tmp_path: Path) -> None:
    assert job(tmp_path / "out.jsonl", 0, "here").exit_code == 2
    log = JsonlLog(tmp_path / "other.jsonl", ROWS)
    only = run(["3"], here(squares()), log, key=lambda name: ("test", name))
    assert (only.failed, only.exit_code) == (1, 2)
    assert only.lines() == ["0 written, 1 failed, 0 there before", "1 failed: 3: a three"]


def test_many_causes_are_counted_together() -> None:
    outcome = Outcome()
    for number in range(MAX_DISTINCT_CAUSES + 5):
        outcome.count(f"file {number}")
    outcome.count("file 0")
    assert outcome.causes.most_common(2) == [("other causes", 5), ("file 0", 2)]


@pytest.mark.parametrize("way", ["here", "threads"])
def test_shards_share_a_job_and_a_last_run_joins_them(
    tmp_path: Path, straight: bytes, way: str
) -> None:
    out = tmp_path / "out.jsonl"
    parts = [job(out, 60, way, shard=Shard(k, 4)) for k in (1, 2, 4)]
    assert 0 < sum(part.written for part in parts) < 54
    joined = job(out, 60, way)
    assert joined.skipped == sum(part.written for part in parts)
    assert joined.written + joined.skipped == 54
    assert joined.failed == 6  # those that failed in a shard are tried again
    assert out.read_bytes() == straight


def test_an_item_that_comes_twice_is_done_once(tmp_path: Path) -> None:
    log = JsonlLog(tmp_path / "out.jsonl", ROWS)
    items = ["2", "1", "2", "3", "1", "3"]
    outcome = run(items, WAYS["threads"](squares()), log, key=lambda name: ("test", name))
    assert (outcome.written, outcome.failed) == (2, 1)
    assert outcome.skipped + outcome.failed_before == 3
    assert [row.name for row in log.records()] == ["2", "1", "3"]


def test_a_mapper_keeps_what_it_promises(tmp_path: Path) -> None:
    def forgetful(items: Iterable[str]) -> Iterator[Row]:
        return (Row(name) for name in items if name != "1")

    def inventive(items: Iterable[str]) -> Iterator[Row]:
        return (Row(name + "0") for name in items)

    for mapper, why in ((forgetful, r"1 items have no result, such as \('test', '1'\)"),
                        (inventive, r"a result of \('test', '00'\) came")):  # fmt: skip
        log = JsonlLog(tmp_path / f"{mapper.__name__}.jsonl", ROWS)
        with pytest.raises(JobError, match=why):
            run(names(3), mapper, log, key=lambda name: ("test", name))


def test_what_was_stored_stays_when_the_mapper_gives_up(tmp_path: Path) -> None:
    closed = []

    def gives_up(items: Iterable[str]) -> Iterator[Row]:
        try:
            for name in items:
                if name == "5":
                    raise UsageError("no more")
                yield Row(name)
        finally:
            closed.append(True)

    log = JsonlLog(tmp_path / "out.jsonl", ROWS)
    with pytest.raises(UsageError, match="no more"):
        run(names(9), gives_up, log, key=lambda name: ("test", name))
    assert closed
    assert [row.name for row in log.records()] == list(names(5))


def test_a_log_that_refuses_ends_the_mapper_at_once(tmp_path: Path) -> None:
    closed = []

    def wide(items: Iterable[str]) -> Iterator[Row]:
        try:
            yield from (Row(name, 10**200) for name in items)
        finally:
            closed.append(True)

    with pytest.raises(UsageError, match="could not be read again"):
        run(names(9), wide, JsonlLog(tmp_path / "o", ROWS), key=lambda name: ("test", name))
    assert closed


def test_records_are_handed_on_once_they_are_stored(tmp_path: Path) -> None:
    out, seen = tmp_path / "out.jsonl", []

    def collect(row: Row) -> None:
        assert row in list(ROWS.read(out))
        seen.append(row.name)

    job(out, 5, "here", on_record=collect)
    job(out, 7, "here", on_record=collect)
    assert sorted(seen) == list(names(7))


def test_the_world_may_tell_what_is_done() -> None:
    cache = {str(number): number for number in range(0, 20, 2)}
    seen: list[Row] = []
    log = NoLog[Row](key=lambda row: row.name, failure=lambda row: row.failed, is_done=cache.__contains__)  # type: ignore[arg-type]  # fmt: skip
    outcome = run(names(20), here(squares()), log, key=str, on_record=seen.append,
                  shard=Shard(), retry_failed=True)  # fmt: skip
    assert (outcome.skipped, outcome.written, outcome.failed) == (10, 8, 2)
    assert [row.name for row in seen] == [name for name in names(20) if int(name) % 2]


def test_progress_counts_every_item(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    job(tmp_path / "out.jsonl", 8, "here", limit=3)
    job(tmp_path / "out.jsonl", 8, "here", progress=counts.append)
    assert counts == list(range(1, 9))

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for shown, expected in ((True, True), (False, False)):
        monkeypatch.setattr(sys, "stderr", Terminal())
        job(tmp_path / f"{shown}.jsonl", 8, "here", total=8, unit="clip", progress=shown,
            figures=lambda: {"tokens": 7})  # fmt: skip
        told = sys.stderr.getvalue()  # type: ignore[attr-defined]
        assert ("8/8" in told and "clip" in told and "failed=1, tokens=7" in told) is expected
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with Progress(8, "clip") as bar:
        bar.update({})
    assert sys.stderr.getvalue() == ""


def test_disordered_results_are_that() -> None:
    """Else the tests above would show little."""
    found = [row.name for row in disordered(here(squares()))(["0", "1", "2"])]
    assert found == ["2", "1", "0"]
