"""Records are kept whole, once each, by one process at a time."""

import errno
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.rows import ROWS, Row
from mullama.errors import UsageError
from mullama.jobs import log_file
from mullama.jobs.jsonl import MAX_LINE_BYTES
from mullama.jobs.log import JsonlLog
from mullama.jobs.shard import Shard


def names(path: Path) -> list[str]:
    return [row.name for row in ROWS.read(path)]


def fill(path: Path, rows: str) -> None:
    """A row for each letter; capitals failed."""
    with JsonlLog(path, ROWS) as log:
        for name in rows:
            log.add(Row(name, failed="why" if name.isupper() else ""))


def test_what_is_added_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.jsonl"
    fill(path, "aB")
    with JsonlLog(path, ROWS) as log:
        assert (len(log), len(log.done), len(log.failed)) == (2, 1, 1)
        assert ("test", "a") in log.done
        assert ("test", "B") in log.failed
        assert ("test", "B") in log
        assert ("test", "c") not in log
    assert list(log.records()) == [Row("a"), Row("B", failed="why")]
    assert ("test", "a") in log.done  # also when it is closed


@pytest.mark.parametrize(
    "torn", [b'{"name": "c', b"\0\0\0", b'{"name": "\xc3', b"{", b'{"a": "\0\0']
)
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "a")
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    assert names(path) == ["a"]
    with JsonlLog(path, ROWS) as log:
        assert path.read_bytes() == whole
        log.add(Row("b"))
    assert names(path) == ["a", "b"]


def test_a_whole_last_line_without_an_end_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "ab")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    fill(path, "")
    assert path.read_bytes() == whole


@pytest.mark.parametrize(
    "foreign",
    [b"RIFF\x10\0\0\0WAVE", b"x" * 200_000, b'{"model_type": "llama"}', b"{\n  1\n}",
     b'{"a": "' + b"x" * MAX_LINE_BYTES, b'{"name": 1}\n', b'{"name": "a", "value": NaN}\n',
     b'{"name": "a", "value": ' + b"9" * 10_000 + b"}\n", b'{"a":' * 50_000 + b"\n"],
    ids=range(9),
)  # fmt: skip
def test_a_file_of_something_else_stays_as_it_is(tmp_path: Path, foreign: bytes) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(foreign)
    with pytest.raises(UsageError, match=r"out\.jsonl, line 1: ") as caught, JsonlLog(path, ROWS):
        pass
    assert len(str(caught.value).splitlines()) == 1
    assert path.read_bytes() == foreign


def test_blank_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "ba")
    path.write_bytes(b"\n" + path.read_bytes().replace(b"}\n", b"}\n \n"))
    with JsonlLog(path, ROWS) as log:
        log.put_in_order([("test", "a")])
    assert names(path) == ["a", "b"]


def test_no_record_is_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "ab")
    with JsonlLog(path, ROWS) as log, pytest.raises(ValueError, match="already"):
        log.add(Row("a"))
    path.write_bytes(path.read_bytes() * 2)
    twice = r"out\.jsonl, line 3: \('test', 'a'\) is there twice, first as record 1"
    with pytest.raises(UsageError, match=twice), JsonlLog(path, ROWS):
        pass


@pytest.mark.parametrize(
    ("row", "why"),
    [(Row("a", float("nan")), "JSON compliant"), (Row("x" * MAX_LINE_BYTES), "bytes"),
     (Row("a", 10**200), "digits"), (Row(3), "expected text")],  # type: ignore[arg-type]
)  # fmt: skip
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, row: Row, why: str) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "b")
    with JsonlLog(path, ROWS) as log:
        with pytest.raises(UsageError, match=why):
            log.add(row)
        log.add(Row("bad-\udce9"))
    fill(path, "c")
    assert names(path) == ["b", "bad-\udce9", "c"]


def test_failures_are_taken_out_to_be_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "aBc")
    with JsonlLog(path, ROWS) as log:
        log.drop_failed()
        assert names(path) == ["a", "c"]
        assert ("test", "B") not in log
        log.add(Row("B"))
        log.put_in_order([("test", name) for name in "aBc"])
        log.drop_failed()
    assert names(path) == ["a", "B", "c"]


def test_lines_that_the_order_does_not_name_stay_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    fill(path, "dcba")
    with JsonlLog(path, ROWS) as log:
        log.put_in_order([("test", "a"), ("test", "unknown"), ("test", "c"), ("test", "a")])
        log.add(Row("e"))
        inode = path.stat().st_ino
        log.put_in_order([("test", name) for name in "acdbe"])
        assert path.stat().st_ino == inode  # nothing to do
    assert names(path) == ["a", "c", "d", "b", "e"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    path = tmp_path / "out.jsonl"
    path.symlink_to("disk/real.jsonl")
    fill(path, "ba")
    with JsonlLog(path, ROWS) as log:
        log.put_in_order([("test", "a")])
    assert path.is_symlink()
    assert names(tmp_path / "disk" / "real.jsonl") == ["a", "b"]


def test_shards_are_taken_over_without_their_failures(tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    log = JsonlLog(out, ROWS)
    fill(log.for_shard(Shard(1, 2)).path, "aB")
    fill(log.for_shard(Shard(2, 2)).path, "bc")
    fill(out, "c")
    with log:
        log.take_over_shards()
    assert names(out) == ["c", "a", "b"]
    with log.for_shard(Shard(1, 2)), log, pytest.raises(UsageError, match="wait for it"):
        log.take_over_shards()


def test_only_one_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    script = (
        "from mullama.jobs.log import JsonlLog; from jobs.rows import ROWS, Row\n"
        "from pathlib import Path; import sys\n"
        "with JsonlLog(Path(sys.argv[1]), ROWS) as log:\n"
        "    for name in 'ba': log.add(Row(name))\n"
        "    log.put_in_order([('test', 'a')])\n"  # the lock must survive the file's replacement
        "    print('open', flush=True); sys.stdin.read()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(UsageError, match=r"by another process: .* --shard 1/N"):
            fill(path, "c")
        with (
            pytest.raises(UsageError, match="process: later"),
            JsonlLog(path, ROWS, advice="later"),
        ):
            pass
        other.kill()
    fill(path, "c")
    assert names(path) == ["a", "b", "c"]


def test_places_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    os.mkfifo(tmp_path / "pipe")
    for place, why in (("file/out.jsonl", "cannot be written"), ("pipe", "not a regular file"),
                       (".", "not a regular file")):  # fmt: skip
        with pytest.raises(UsageError, match=why), JsonlLog(tmp_path / place, ROWS):
            pass
    with pytest.raises(UsageError, match="none cannot be read: No such file"):
        list(ROWS.read(tmp_path / "none"))


def test_a_log_is_open_once(tmp_path: Path) -> None:
    log = JsonlLog(tmp_path / "out.jsonl", ROWS)
    with pytest.raises(ValueError, match=r"inside `with` only"):
        log.add(Row("a"))
    with log, pytest.raises(ValueError, match="open already"):
        log.__enter__()


def test_a_full_disk_is_told_and_loses_no_record(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    added: list[str] = []

    def overfill() -> None:
        with JsonlLog(path, ROWS) as log:
            for number in range(999):
                log.add(Row(str(number)))
                added.append(str(number))

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
    try:
        with pytest.raises(UsageError, match=r"out\.jsonl cannot be written: File too large"):
            overfill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert path.stat().st_size == 1500  # a torn line
    fill(path, "")
    assert names(path) == added
    assert added


@pytest.mark.parametrize("place", range(1, 7))
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_failing_sync_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: int, code: int
) -> None:
    """Those of every line, of the file in order, of its folder, and the last one."""
    path = tmp_path / "out.jsonl"
    calls = []

    def sync(file: int) -> None:
        calls.append(file)
        if len(calls) == place:
            raise OSError(code, os.strerror(code))

    def work() -> None:
        with JsonlLog(path, ROWS) as log:
            for name in "cba":
                if ("test", name) not in log:
                    log.add(Row(name))
            log.put_in_order([("test", name) for name in "abc"])

    monkeypatch.setattr(log_file, "SYNC_SECONDS", -1.0)
    monkeypatch.setattr(os, "fsync", sync)
    with pytest.raises(UsageError, match=os.strerror(code)):
        work()
    work()
    assert names(path) == ["a", "b", "c"]
    assert list(tmp_path.iterdir()) == [path]


def test_lines_are_synced_within_a_second_of_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now, synced = 0.0, []
    monkeypatch.setattr("mullama.jobs.log_file.time.monotonic", lambda: now)
    monkeypatch.setattr(os, "fsync", lambda file: synced.append(now))
    with JsonlLog(tmp_path / "out.jsonl", ROWS) as log:
        for number in range(30):
            now = number / 10
            log.add(Row(str(number)))
    assert synced == [1.1, 2.2, 2.9]
