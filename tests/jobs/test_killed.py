"""A job is killed anywhere, and every step on the disk fails once: it ends with the same file."""

import errno
import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jobs import killed_run
from jobs.killed_run import WAYS, job
from mullama.errors import UsageError
from mullama.jobs import log_file

# Ray warns of parts of itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
PROGRAM = Path(killed_run.__file__)
COUNT = 12
RAY_STEPS = (2, 3 * COUNT // 2, 3 * COUNT + 2)
"""In a line, at a sync, and as lines are put in order: Ray takes seconds to begin each time."""


def needs(way: str) -> None:
    if way == "ray":
        pytest.importorskip("ray", reason="needs the ray extra")


@pytest.fixture
def straight(tmp_path: Path) -> bytes:
    """What a run leaves that nothing disturbs."""
    job(tmp_path / "straight.jsonl", COUNT, "here")
    return (tmp_path / "straight.jsonl").read_bytes()


def start(out: Path, count: int, way: str, place: int = 0) -> "subprocess.Popen[str]":
    """The job in a process of its own, just beginning."""
    command = [sys.executable, str(PROGRAM), str(out), str(count), way, *[str(place)] * (place > 0)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def all_but(out: Path, name: str) -> list[str]:
    return sorted(path.name for path in out.parent.iterdir() if path.name not in (out.name, name))


def refused(out: Path, way: str) -> str:
    """What the job says where the disk refuses; empty where it does not."""
    try:
        job(out, COUNT, way)
    except UsageError as error:
        return str(error)
    return ""


def fail_at_each_step(
    out: Path, way: str, straight: bytes, places: range, monkeypatch: pytest.MonkeyPatch
) -> int:
    """Let one step fail, run again, compare; how many steps there were."""
    for place in places:
        met = False

        def fail(step: int, torn: bool, place: int = place) -> None:
            nonlocal met
            if step == place:
                met = True
                code = errno.ENOSPC if place % 2 else errno.EIO
                raise OSError(code, os.strerror(code))

        out.unlink(missing_ok=True)
        with monkeypatch.context() as patch:
            for owner, name in ((os, "write"), (os, "fsync"), (Path, "replace")):
                patch.setattr(owner, name, getattr(owner, name))  # put back at the end
            patch.setattr(log_file, "SYNC_SECONDS", -1.0)
            killed_run.at_each_step(fail)
            told = refused(out, way)
            assert told.startswith(f"{out} cannot be written: ") == met
            if not met:
                assert out.read_bytes() == straight
                return place - 1
        job(
            out, COUNT, "here" if way == "ray" else way
        )  # the next place finds Ray as this one left it
        assert out.read_bytes() == straight, place
        assert all_but(out, "straight.jsonl") == []
    return places.stop - 1


@pytest.mark.parametrize("way", ["here", "threads"])
def test_every_step_may_fail(
    tmp_path: Path, straight: bytes, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = fail_at_each_step(tmp_path / "out.jsonl", way, straight, range(1, 999), monkeypatch)
    assert steps == 3 * COUNT + 3 + 1  # two halves and a sync a line; file, name, folder; the last


@pytest.mark.parametrize("way", ["processes", "ray"])
@pytest.mark.slow
def test_some_steps_may_fail(
    tmp_path: Path, straight: bytes, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs(way)
    for place in RAY_STEPS if way == "ray" else range(2, 3 * COUNT + 4, 5):
        once = range(place, place + 1)
        assert fail_at_each_step(tmp_path / "o" / "out.jsonl", way, straight, once, monkeypatch)


def test_a_disk_that_is_full_at_any_byte(tmp_path: Path, straight: bytes) -> None:
    """The lines and the file in their order, which is written anew, find no room."""
    out = tmp_path / "out.jsonl"
    unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in range(0, len(straight), 13):
        out.unlink(missing_ok=True)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, unlimited[1]))
        try:
            with pytest.raises(UsageError, match="cannot be written: File too large"):
                job(out, COUNT, "here")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        job(out, COUNT, "here")
        assert out.read_bytes() == straight
    assert all_but(out, "straight.jsonl") == []


def kill_at(out: Path, way: str, straight: bytes, place: int) -> None:
    """Signal 9 at one step; then let it finish."""
    child = start(out, COUNT, way, place)
    child.communicate()
    assert child.returncode == -signal.SIGKILL
    job(out, COUNT, "here")
    assert out.read_bytes() == straight, place
    assert all_but(out, "straight.jsonl") == []  # what was left is gone too
    out.unlink()


@pytest.mark.parametrize("place", [2, 3 * COUNT + 2, 3 * COUNT + 3])
def test_killed_in_a_line_and_while_lines_are_put_in_order(
    tmp_path: Path, straight: bytes, place: int
) -> None:
    kill_at(tmp_path / "out.jsonl", "here", straight, place)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.slow
def test_killed_at_every_step(tmp_path: Path, straight: bytes, way: str) -> None:
    needs(way)
    for place in RAY_STEPS if way == "ray" else range(1, 3 * COUNT + 4):
        kill_at(tmp_path / "out.jsonl", way, straight, place)


def kill_and_go_on(tmp_path: Path, way: str, *, count: int, kills: int, longest: float) -> None:
    """Signal 9 at random moments, let it finish, and compare with a run that nothing disturbed."""
    rng = random.Random(count)
    out, straight = tmp_path / "killed.jsonl", tmp_path / "straight.jsonl"
    for _ in range(kills):
        child = start(out, count, way)
        time.sleep(rng.uniform(0.0, longest))
        child.kill()
        child.communicate()
    child = start(out, count, way)
    _, errors = child.communicate()
    assert child.returncode == 0, errors
    job(straight, count, "here")
    assert out.read_bytes() == straight.read_bytes()
    assert len(out.read_bytes().splitlines()) == count
    assert all_but(out, "straight.jsonl") == []


@pytest.mark.parametrize("way", ["here", "processes"])
def test_a_killed_job_goes_on(tmp_path: Path, way: str) -> None:
    kill_and_go_on(tmp_path, way, count=200, kills=1, longest=0.6)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.slow
def test_a_job_that_is_killed_often_goes_on(tmp_path: Path, way: str) -> None:
    needs(way)
    if way == "ray":  # whose two workers are set up anew behind 2000 items
        kill_and_go_on(tmp_path, way, count=2100, kills=2, longest=12.0)
    else:
        kill_and_go_on(tmp_path, way, count=3000, kills=20, longest=1.5)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, -signal.SIGINT)]
)
def test_a_job_that_is_asked_to_end_does(tmp_path: Path, number: int, code: int) -> None:
    out = tmp_path / "out.jsonl"
    child = start(out, 5000, "processes")
    while not out.exists() or out.stat().st_size < 500:
        time.sleep(0.01)
    child.send_signal(number)
    _, errors = child.communicate(timeout=20)
    assert child.returncode == code
    assert ("KeyboardInterrupt" in errors) == (number == signal.SIGINT)
    assert out.read_bytes().endswith(b"\n")
    assert job(out, 40, "here").skipped > 10
