"""The file is the same however it came about: at once, resumed, killed, in shards, by an older version."""

import random
import resource
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
from mullama.jobs.digest import file_digest
from mullama.jobs.outcome import Outcome
from mullama.jobs.shard import Shard
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.interview import to_record
from mullama.musicqa.write import write
from mullama.musicqa.writers import Usage
from mullama.musicqa.writers.template import TemplateWriter
from musicqa.killed_write import Disordered, clips

BYTES_OF_0_2_0 = "2362c3678e6f7a99a96cc2bff76780d0be902e259e42e0838670e6b2eb312d47"
"""The digest of what version 0.2.0 wrote of the first 120 clips."""
CHILD = Path(__file__).with_name("killed_write.py")


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
    report = write(clips(120), Disordered(), tmp_path / "disordered.jsonl")
    assert report.outcome == Outcome(written=120)
    same = (tmp_path / "straight.jsonl").read_bytes()
    assert (tmp_path / "disordered.jsonl").read_bytes() == same
    assert file_digest(tmp_path / "straight.jsonl") == BYTES_OF_0_2_0
    assert [clip.id for clip in read_clip_lines(tmp_path / "straight.jsonl")] == [
        clip.id for clip in clips(120)
    ]


def test_what_is_there_is_not_asked_for_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert write(clips(30), TemplateWriter(), out, limit=10).outcome.written == 10
    assert write(clips(30), TemplateWriter(), out).outcome == Outcome(written=20, skipped=10)
    before = out.read_bytes()
    assert write(clips(30), TemplateWriter(), out).outcome == Outcome(skipped=30)
    assert out.read_bytes() == before


def test_failed_clips_stay_until_they_are_asked_for_again(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    first = write(clips(9), Failing(), out).outcome
    assert (first.written, first.failed, first.exit_code) == (6, 3, 1)
    second = write(clips(9), TemplateWriter(), out).outcome
    assert (second.skipped, second.failed_before, second.exit_code) == (6, 3, 1)
    third = write(clips(9), TemplateWriter(), out, retry_failed=True).outcome
    assert (third.written, third.skipped, third.exit_code) == (3, 6, 0)
    write(clips(9), TemplateWriter(), tmp_path / "straight.jsonl")
    assert out.read_bytes() == (tmp_path / "straight.jsonl").read_bytes()


def test_nothing_written_is_told_by_the_exit_code(tmp_path: Path) -> None:
    assert write([], TemplateWriter(), tmp_path / "out.jsonl").outcome.exit_code == 2
    only = next(iter(clips(1)))
    assert write([only], Failing(), tmp_path / "other.jsonl").outcome.exit_code == 2


def test_clips_of_another_writer_are_told(tmp_path: Path) -> None:
    class Other(TemplateWriter):
        name = "other"

        def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
            return (replace(clip, writer=self.name) for clip in super().write(descriptions))

    write(clips(3), TemplateWriter(), tmp_path / "out.jsonl", limit=2)
    report = write(clips(3), Other(), tmp_path / "out.jsonl")
    assert report.other_writers == {"template": 2}
    assert report.lines()[-1] == "clips of other writers in the same file: 2 by template"


def test_shards_share_a_job_and_a_last_run_joins_them(tmp_path: Path) -> None:
    write(clips(60), TemplateWriter(), tmp_path / "straight.jsonl")
    out = tmp_path / "out.jsonl"
    parts = [write(clips(60), TemplateWriter(), out, shard=Shard(k, 4)).outcome for k in (1, 2, 4)]
    assert 0 < sum(part.written for part in parts) < 60
    joined = write(clips(60), TemplateWriter(), out).outcome
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
    assert write(clips(9), TemplateWriter(), tmp_path / "out.jsonl").outcome.skipped == 5


def test_pairs_that_a_cleaned_set_would_drop_are_counted(tmp_path: Path) -> None:
    tagged = Description("test", "a", "It has the tag rock. It is a slow song.", "caption")
    report = write([tagged, *clips(2)], TemplateWriter(), tmp_path / "out.jsonl")
    assert report.unwanted.keys() == {"speaks of tags"}
    told = f"pairs that a cleaned set would drop: {report.unwanted.total()} speaks of tags"
    assert report.lines()[-1] == told


def test_a_file_that_version_0_2_0_left_half_done_goes_on(tmp_path: Path) -> None:
    """Its lines are in the order in which they came, the last one torn."""
    write(clips(120), TemplateWriter(), tmp_path / "straight.jsonl")
    lines = (tmp_path / "straight.jsonl").read_bytes().splitlines(keepends=True)
    failed = (
        b'{"id": "clip-9", "source": "test", "text": "", "kind": "caption", "writer": "template"'
    )
    failed += b', "audio": null, "licence": "", "failed": "no reply", "last_text": "hm"}\n'
    out = tmp_path / "out.jsonl"
    out.write_bytes(b"".join([*lines[50:20:-1], failed, lines[3][:100]]))
    report = write(clips(120), TemplateWriter(), out, retry_failed=True)
    assert report.outcome == Outcome(written=90, skipped=30)
    assert file_digest(out) == BYTES_OF_0_2_0


def test_what_utf8_lacks_is_written_as_a_question_mark(tmp_path: Path) -> None:
    """A reply may hold half of a surrogate pair, and the folder's name any byte."""

    class Odd(TemplateWriter):
        def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
            for number, clip in enumerate(super().write(descriptions)):
                pairs = () if number else (("What?", "A \ud83d ü."),)
                failed = "bad \udcff" if number else ""
                yield replace(clip, audio="caf\udce9.wav", pairs=pairs, failed=failed)

    assert write(clips(2), Odd(), tmp_path / "out.jsonl").outcome.failed == 1
    one, other = read_clip_lines(tmp_path / "out.jsonl")
    assert (one.audio, one.pairs) == ("caf?.wav", (("What?", "A ? ü."),))
    assert other.failed == "bad ?"


def test_a_full_disk_is_told_and_loses_no_clip(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, before[1]))
    try:
        with pytest.raises(UsageError, match=r"out\.jsonl cannot be written"):
            write(clips(30), TemplateWriter(), out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    written = out.read_bytes().count(b"\n")
    assert 0 < written < 30
    assert write(clips(30), TemplateWriter(), out).outcome == Outcome(30 - written, skipped=written)


def test_a_killed_write_goes_on(tmp_path: Path) -> None:
    kill_and_go_on(tmp_path, count=1500, kills=2, seed=1)


@pytest.mark.slow
def test_a_run_that_is_killed_twenty_times_goes_on(tmp_path: Path) -> None:
    kill_and_go_on(tmp_path, count=12_000, kills=20, seed=2)


@pytest.mark.slow
def test_a_killed_write_of_a_server_goes_on(tmp_path: Path) -> None:
    pytest.importorskip("openai", reason="needs the musicqa extra")
    with CannedServer(latency=0.05) as server:
        kill_and_go_on(tmp_path, count=300, kills=3, seed=3, url=server.url)


def kill_and_go_on(tmp_path: Path, *, count: int, kills: int, seed: int, url: str = "") -> None:
    """Kill -9 at random moments, let it finish, and compare with a run that was not disturbed."""
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
