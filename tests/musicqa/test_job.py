"""A job ends with the same file however it came there: at once, resumed, killed, in shards."""

import random
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from canned_server import CannedServer
from mullama.data.formats.jsonl import read_clip_lines
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import to_record
from mullama.musicqa.job import Outcome, write
from mullama.musicqa.shards import Shard
from mullama.musicqa.writers import Usage
from mullama.musicqa.writers.template import TemplateWriter
from musicqa.killed_job import Disordered, clips

CHILD = Path(__file__).with_name("killed_job.py")


class Failing(TemplateWriter):
    """Fails every third clip."""

    def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
        for number, clip in enumerate(super().write(descriptions)):
            failed = to_record(
                Description(clip.source, clip.id, clip.text, clip.kind),
                "failing",
                failed="no pairs",
                last_text="hm",
            )
            yield failed if number % 3 == 0 else clip


def test_the_file_is_in_the_sources_order(tmp_path: Path) -> None:
    write(clips(120), TemplateWriter(), tmp_path / "straight.jsonl")
    outcome = write(clips(120), Disordered(), tmp_path / "disordered.jsonl")
    assert outcome == Outcome(written=120)
    same = (tmp_path / "straight.jsonl").read_bytes()
    assert (tmp_path / "disordered.jsonl").read_bytes() == same
    assert [clip.id for clip in read_clip_lines(tmp_path / "straight.jsonl")] == [
        clip.id for clip in clips(120)
    ]


def test_what_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert write(clips(30), TemplateWriter(), out, limit=10).written == 10
    assert write(clips(30), TemplateWriter(), out) == Outcome(written=20, skipped=10)
    before = out.read_bytes()
    assert write(clips(30), TemplateWriter(), out) == Outcome(skipped=30)
    assert out.read_bytes() == before


def test_failed_clips_stay_until_they_are_asked_for_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    first = write(clips(9), Failing(), out)
    assert (first.written, first.failed, first.exit_code) == (6, 3, 1)
    second = write(clips(9), TemplateWriter(), out)
    assert (second.skipped, second.failed_before, second.exit_code) == (6, 3, 1)
    third = write(clips(9), TemplateWriter(), out, retry_failed=True)
    assert (third.written, third.skipped, third.exit_code) == (3, 6, 0)
    write(clips(9), TemplateWriter(), tmp_path / "straight.jsonl")
    assert out.read_bytes() == (tmp_path / "straight.jsonl").read_bytes()


def test_nothing_written_is_told_by_the_exit_code(tmp_path: Path) -> None:
    assert write([], TemplateWriter(), tmp_path / "out.jsonl").exit_code == 2
    only = next(iter(clips(1)))
    outcome = write([only], Failing(), tmp_path / "other.jsonl")
    assert outcome.exit_code == 2


def test_clips_of_another_writer_are_told(tmp_path: Path) -> None:
    class Other(TemplateWriter):
        name = "other"

        def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
            return (replace(clip, writer=self.name) for clip in super().write(descriptions))

    write(clips(3), TemplateWriter(), tmp_path / "out.jsonl", limit=2)
    outcome = write(clips(3), Other(), tmp_path / "out.jsonl")
    assert "2 by template" in "\n".join(outcome.lines())


def test_shards_share_a_job_and_a_last_run_joins_them(tmp_path: Path) -> None:
    write(clips(60), TemplateWriter(), tmp_path / "straight.jsonl")
    out = tmp_path / "out.jsonl"
    parts = [write(clips(60), TemplateWriter(), out, shard=Shard(k, 4)) for k in (1, 2, 4)]
    assert 0 < sum(part.written for part in parts) < 60
    joined = write(clips(60), TemplateWriter(), out)
    assert joined.written + joined.skipped == 60
    assert joined.skipped == sum(part.written for part in parts)
    assert out.read_bytes() == (tmp_path / "straight.jsonl").read_bytes()


def test_what_was_written_stays_when_the_writer_gives_up(tmp_path: Path) -> None:
    class GivesUp:
        name, usage = "template", Usage()

        def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
            for number, clip in enumerate(TemplateWriter().write(descriptions)):
                if number == 5:
                    raise UsageError("no more")
                yield clip

    with pytest.raises(UsageError, match="no more"):
        write(clips(9), GivesUp(), tmp_path / "out.jsonl")
    assert write(clips(9), TemplateWriter(), tmp_path / "out.jsonl").skipped == 5


def test_a_killed_job_goes_on(tmp_path: Path) -> None:
    kill_and_go_on(tmp_path, count=1500, kills=2, seed=1)


@pytest.mark.slow
def test_a_job_that_is_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    kill_and_go_on(tmp_path, count=12_000, kills=20, seed=2)


@pytest.mark.slow
def test_a_killed_job_of_a_server_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="needs the musicqa extra")
    with CannedServer(latency=0.05) as server:
        kill_and_go_on(tmp_path, count=300, kills=3, seed=3, url=server.url)


def kill_and_go_on(tmp_path: Path, *, count: int, kills: int, seed: int, url: str = "") -> None:
    """Kill -9 at random moments, let it finish, and compare with a run that nobody disturbed."""
    rng = random.Random(seed)
    out, straight = tmp_path / "killed.jsonl", tmp_path / "straight.jsonl"
    for _ in range(kills):
        child = start(out, count, url)
        time.sleep(rng.uniform(0.0, 0.25))
        child.kill()
        child.communicate()
    for path in (out, straight):
        child = start(path, count, url)
        told, _ = child.communicate()
        assert child.returncode == 0
        assert sum(map(int, told.split()[1::2])) == count
    assert out.read_bytes() == straight.read_bytes()
    assert len(straight.read_bytes().splitlines()) == count


def start(out: Path, count: int, url: str) -> "subprocess.Popen[str]":
    """The job, just beginning."""
    command = [sys.executable, str(CHILD), str(out), str(count), *filter(None, [url])]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child
