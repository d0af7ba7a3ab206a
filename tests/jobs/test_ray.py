"""A Ray cluster gives what one process gives, and nothing of it stays behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jobs import tasks
from jobs.killed_run import job
from mullama.errors import AudioError, MissingExtraError
from mullama.jobs.workers import JobError, Work, here, ray
from mullama.jobs.workers.ray_data import CHUNK
from waiting import wait_until

PROGRAM = """
import sys
from pathlib import Path
from jobs.tasks import dying
from mullama.jobs.workers import ray
if __name__ == "__main__":
    items = [f"sleep 60 {number}" for number in range(9)]
    try:
        print(list(ray(dying(Path(sys.argv[1])), 2)(items)))
    except KeyboardInterrupt:
        sys.exit(130)
"""

# Ray warns of parts of itself.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")


def test_without_ray_it_is_said_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"needs ray, .*pip install 'mullama\[ray\]'"):
        list(ray(tasks.squares(), 1)(["1"]))
    assert list(ray(tasks.squares(), 1)([])) == []
    with pytest.raises(JobError, match="at least one worker"):
        ray(tasks.squares(), 0)


@pytest.fixture(scope="module")
def joined() -> Iterator[None]:
    """A Ray that this process has joined already."""
    library = pytest.importorskip("ray", reason="needs the ray extra")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if not library.is_initialized():
        library.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    assert library.is_initialized()  # a job leaves what it found


@pytest.mark.slow
@pytest.mark.usefixtures("joined")
def test_results_and_failures_are_the_same() -> None:
    names = [str(number) for number in range(50)]
    found = sorted(ray(tasks.squares(), 2)(names), key=lambda row: int(row.name))
    assert found == list(here(tasks.squares())(names))


@pytest.mark.slow
@pytest.mark.usefixtures("joined")
def test_the_file_of_a_job_is_the_same(tmp_path: Path) -> None:
    for way in ("ray", "here"):
        outcome = job(tmp_path / f"{way}.jsonl", 60, way)
        assert (outcome.written, outcome.failed) == (54, 6)
    assert (tmp_path / "ray.jsonl").read_bytes() == (tmp_path / "here.jsonl").read_bytes()


@pytest.mark.slow
@pytest.mark.usefixtures("joined")
def test_a_dying_worker_costs_its_item(tmp_path: Path) -> None:
    items = ["count 1", "die SIGKILL", "die SIGSEGV", "die_once a", "count 2", "threads"]
    rows = {row.name: row for row in ray(tasks.dying(tmp_path / "w"), 2)(items)}
    assert rows.keys() == set(items)
    assert {name: row.failed for name, row in rows.items() if row.failed} == {
        f"die {name}": f"the worker process died ({name})" for name in ("SIGKILL", "SIGSEGV")
    }
    assert rows["threads"].value == 1


@pytest.mark.slow
@pytest.mark.usefixtures("joined")
def test_what_is_not_the_items_fault_ends_the_job(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"invalid literal.*'xy'") as caught:
        list(ray(tasks.dying(tmp_path / "w"), 2)(["unpicklable y"]))
    assert "in unpicklable" in str(caught.value.__cause__)
    with pytest.raises(AudioError, match="no weights there"):
        list(ray(Work(tasks.no_setup), 2)(["a"]))
    with pytest.raises(JobError, match="MissingExtraError: "):
        list(ray(tasks.dying(tmp_path / "w"), 2)(["bug it"]))


@pytest.mark.slow
@pytest.mark.usefixtures("joined")
def test_more_workers_than_cores_and_items_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mullama.jobs.workers.ray_data.CHUNK", 3)
    taken: list[str] = []

    def endless() -> Iterator[str]:
        while True:
            taken.append(str(len(taken)))
            yield taken[-1]

    results = ray(tasks.squares(), 4)(endless())
    found = {next(results).name for _ in range(15)}
    results.close()  # type: ignore[attr-defined]
    assert set(taken[:12]) < found
    assert len(taken) == 24
    assert CHUNK >= 100


@pytest.mark.slow
@pytest.mark.usefixtures("joined")
def test_closing_early_ends_all_workers(tmp_path: Path) -> None:
    items = ["sleep 0", *(f"sleep 60 {number}" for number in range(9))]
    results = ray(tasks.dying(tmp_path / "w"), 2)(items)
    assert next(results).name == "sleep 0"
    results.close()  # type: ignore[attr-defined]
    wait_until(lambda: not any(map(alive, begun(tmp_path / "w"))))


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_nothing_outlives_a_job_on_this_machine(tmp_path: Path, how: int) -> None:
    pytest.importorskip("ray", reason="needs the ray extra")
    script, folder = tmp_path / "program.py", tmp_path / "w"
    script.write_text(PROGRAM)
    with subprocess.Popen(
        [sys.executable, str(script), str(folder)],
        env=environment(),
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        wait_until(lambda: folder.exists() and len(begun(folder)) == 2, 120)
        started = [pid for pid in descendants(parent.pid) if "Agent" not in command(pid)]
        agents = set(descendants(parent.pid)) - set(started)  # some versions of Ray forget them
        assert len(started) > 4
        parent.send_signal(how)
        _, told = parent.communicate(timeout=60)
    wait_until(lambda: not any(map(alive, [*started, *begun(folder)])), 60)
    for pid in filter(alive, agents):
        os.kill(pid, signal.SIGKILL)
    assert parent.returncode == (130 if how == signal.SIGINT else -how), told


@pytest.mark.slow
def test_a_cluster_that_is_named_is_joined_and_left(tmp_path: Path) -> None:
    """With Ray's own settings, so with its token, if it wants one."""
    pytest.importorskip("ray", reason="needs the ray extra")
    script = Path(sys.executable).with_name("ray")
    code = (
        "from jobs.killed_run import job; from pathlib import Path; import sys\n"
        "if __name__ == '__main__': print(job(Path(sys.argv[1]), 30, 'ray').written)"
    )
    program = tmp_path / "program.py"
    program.write_text(code)
    settings = {**environment(), "RAY_USAGE_STATS_ENABLED": "0"}
    port = 20_000 + os.getpid() % 10_000
    head = [str(script), "start", "--head", f"--port={port}", "--num-cpus=1", "--block",
            "--include-dashboard=false", f"--temp-dir=/tmp/mullama-{os.getpid()}"]  # fmt: skip
    with subprocess.Popen(
        head, env=settings, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as cluster:
        assert cluster.stdout is not None
        for line in cluster.stdout:
            if "Ray runtime started" in line:
                break
        try:
            settings["RAY_ADDRESS"] = f"127.0.0.1:{port}"
            for name in ("a", "b"):  # the first leaves it as it was
                told = subprocess.run(
                    [sys.executable, str(program), str(tmp_path / name)],
                    env=settings, capture_output=True, text=True, timeout=120,
                )  # fmt: skip
                assert told.stdout == "27\n", told.stderr
            assert cluster.poll() is None
        finally:
            os.killpg(cluster.pid, signal.SIGTERM)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def begun(folder: Path) -> list[int]:
    """The worker processes that have been set up."""
    return [int(path.name) for path in folder.iterdir()]


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_text()


def descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    children: dict[int, list[int]] = {}
    for line in listed.stdout.splitlines():
        child, parent = map(int, line.split())
        children.setdefault(parent, []).append(child)
    found, new = [], [pid]
    while new:
        new = [child for each in new for child in children.get(each, [])]
        found += new
    return found
