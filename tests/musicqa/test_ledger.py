"""Lines are kept whole, once each, by one process at a time."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from mullama.data.formats.jsonl import read_clip_lines
from mullama.data.records import Clip
from mullama.errors import UsageError
from mullama.musicqa.ledger import Ledger

PAIRS = (("What is it?", "A song, très long."),)


def clip(name: str, failed: str = "") -> Clip:
    pairs = () if failed else PAIRS
    return Clip(name, "test", "text", "caption", "me", pairs=pairs, failed=failed)


def ids(path: Path) -> list[str]:
    return [each.id for each in read_clip_lines(path)]


def test_what_is_added_is_found_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "out.jsonl"
    with Ledger(path) as ledger:
        ledger.add(clip("a"))
        ledger.add(clip("b", failed="why"))
    with Ledger(path) as ledger:
        assert ledger.done == {("test", "a")}
        assert ledger.failed == {("test", "b")}
        assert ledger.writers == {"me": 1}
        assert ("test", "b") in ledger
    assert list(read_clip_lines(path)) == [clip("a"), clip("b", failed="why")]


@pytest.mark.parametrize("torn", [b'{"id": "c', b"\xc3", b"\0\0\0", b'{"id": "c"}'])
def test_a_torn_last_line_is_dropped(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "out.jsonl"
    with Ledger(path) as ledger:
        ledger.add(clip("a"))
    whole = path.read_bytes()
    path.write_bytes(whole + torn)
    with Ledger(path) as ledger:
        assert path.read_bytes() == whole
        ledger.add(clip("b"))
    assert ids(path) == ["a", "b"]


def test_a_file_of_one_long_torn_line_is_emptied(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_bytes(b"x" * 200_000)
    with Ledger(path) as ledger:
        assert not ledger.done
    assert path.read_bytes() == b""


def test_a_broken_line_in_the_middle_is_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text('{"id": 1}\n')
    with pytest.raises(UsageError, match="line 1"):
        Ledger(path)
    assert path.read_text() == '{"id": 1}\n'


def test_no_clip_is_there_twice(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Ledger(path) as ledger:
        ledger.add(clip("a"))
        with pytest.raises(ValueError, match="already"):
            ledger.add(clip("a"))
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(UsageError, match="twice"):
        Ledger(path)


def test_failed_clips_are_taken_out_to_be_tried_again(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Ledger(path) as ledger:
        for name in "abc":
            ledger.add(clip(name, failed="why" if name == "b" else ""))
    with Ledger(path, retry_failed=True) as ledger:
        assert ids(path) == ["a", "c"]
        ledger.add(clip("b"))
        ledger.put_in_order([("test", name) for name in "abc"])
    assert ids(path) == ["a", "b", "c"]


def test_lines_that_the_order_does_not_name_stay_behind(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    with Ledger(path) as ledger:
        for name in "dcba":
            ledger.add(clip(name))
        ledger.put_in_order([("test", "a"), ("test", "unknown"), ("test", "c")])
        ledger.add(clip("e"))
    assert ids(path) == ["a", "c", "d", "b", "e"]
    assert not list(tmp_path.glob("*.part"))


def test_only_one_process_writes(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    script = (
        "from mullama.musicqa.ledger import Ledger; from pathlib import Path; import sys;"
        "ledger = Ledger(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(UsageError, match="another process"):
            Ledger(path)
        other.kill()
    with Ledger(path):
        pass


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be written"):
        Ledger(tmp_path / "file" / "out.jsonl")


def test_a_full_disk_is_told_and_loses_no_line(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    added: list[str] = []

    def fill() -> None:
        with Ledger(path) as ledger:
            for number in range(99):
                ledger.add(clip(str(number)))
                added.append(str(number))

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
    try:
        with pytest.raises(UsageError, match="cannot be written"):
            fill()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    with Ledger(path):
        assert ids(path) == added
    assert added
