"""A file is whole or not there, whatever the disk, a second writer or a kill does."""

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from mullama.errors import AudioError, UsageError
from mullama.jobs import atomic
from mullama.jobs.atomic import (
    atomic_file,
    remove_leftovers,
    remove_leftovers_of,
    write_bytes,
    write_text,
)
from mullama.jobs.lock import Lock

WRITER = """
import sys
from pathlib import Path
from mullama.jobs.atomic import atomic_file
with atomic_file(Path(sys.argv[1])) as part:
    part.write_text("half")
    print(part, flush=True)
    sys.stdin.read()
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with atomic_file(path) as part:
        part.write_text("one")
        assert part.suffix == ".part"
        assert not path.exists()
    with pytest.raises(TypeError), atomic_file(path) as part, part.open("w") as file:
        file.writelines(["tw", None])  # type: ignore[list-item]
    assert path.read_text() == "one"
    assert names(tmp_path) == ["a.txt"]


def test_writing_text_and_bytes(tmp_path: Path) -> None:
    write_bytes(tmp_path / "new" / "a", b"\0\xff", parents=True)
    write_text(tmp_path / "b", "Größe\r\n")
    assert (tmp_path / "new" / "a").read_bytes() == b"\0\xff"
    assert (tmp_path / "b").read_bytes() == "Größe\r\n".encode()


def test_the_disk_refuses(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"a\.txt cannot be written: No such file or directory$"):
        write_text(tmp_path / "none" / "a.txt", "one")
    (tmp_path / "file").write_text("")
    with pytest.raises(AudioError, match=r"file/a cannot be written: File exists \(.*file\)$"):
        write_text(tmp_path / "file" / "a", "one", parents=True, error_type=AudioError)
    with pytest.raises(UsageError, match="cannot be written: Is a directory"):
        write_text(tmp_path, "one")
    with (
        pytest.raises(UsageError, match=r"b cannot be written: No such file .*other"),
        atomic_file(tmp_path / "b"),
    ):
        (tmp_path / "other").read_bytes()


@pytest.mark.parametrize("call", ["os.fsync", "pathlib.Path.replace", "os.open"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_every_step_may_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int
) -> None:
    path = tmp_path / "a"
    write_text(path, "old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(call, fail)
        with pytest.raises(UsageError, match=os.strerror(code)):
            write_text(path, "new")
    assert path.read_text() == "old"
    assert names(tmp_path) == ["a"]


def test_a_long_name_and_a_link(tmp_path: Path) -> None:
    long = tmp_path / ("ü" * 127)
    write_text(long, "x")
    (tmp_path / "link").symlink_to(long.name)
    write_text(tmp_path / "link", "y")
    assert (tmp_path / "link").is_symlink()
    assert long.read_text() == "y"
    assert len(names(tmp_path)) == 2


def test_a_private_file_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "a"
    write_text(path, "x")
    assert path.stat().st_mode & 0o077  # as any new file
    path.chmod(0o600)
    write_text(path, "y")
    assert path.stat().st_mode & 0o777 == 0o600


def test_two_writers_of_one_target(tmp_path: Path) -> None:
    """The last one to end wins, and neither sees the other's half."""
    path = tmp_path / "a"
    texts = ["one" * 50_000, "two" * 50_000]
    seen: set[str] = set()
    running = True

    def write(text: str) -> None:
        for _ in range(30):
            write_text(path, text)

    def watch() -> None:
        while running:
            if path.exists():
                seen.add(path.read_text())

    write_text(path, texts[0])
    threads = [threading.Thread(target=write, args=(text,)) for text in texts]
    watcher = threading.Thread(target=watch)
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    running = False
    watcher.join()
    assert seen <= set(texts)
    assert names(tmp_path) == ["a"]


def test_only_what_a_dead_writer_left_is_removed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "a")]
    (tmp_path / "download.part").write_text("another program's")
    (tmp_path / f"link.{'0' * 16}.part").symlink_to("download.part")
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        assert remove_leftovers(tmp_path) == 0
        assert len(names(tmp_path)) == 3
        writer.kill()
    assert remove_leftovers(tmp_path.parent) == 0
    (tmp_path / f"b.{'0' * 16}.part").touch()
    assert remove_leftovers_of(tmp_path / "b") == 1
    assert remove_leftovers_of(tmp_path / "b.a") == 0
    assert remove_leftovers(tmp_path.parent, recursive=True) == 1
    assert names(tmp_path) == ["download.part", f"link.{'0' * 16}.part"]


def test_without_locks_only_age_tells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic, "take_lock", lambda *_, **__: Lock.UNSUPPORTED)
    old, young = (tmp_path / f"{name}.{'0' * 16}.part" for name in ("old", "young"))
    for path in (old, young):
        path.write_text("x")
    os.utime(old, (time.time() - 2 * 24 * 3600,) * 2)
    assert remove_leftovers(tmp_path) == 1
    assert names(tmp_path) == [young.name]
    write_text(tmp_path / "a", "works without locks")
    assert (tmp_path / "a").exists()


def test_a_cleaner_never_spoils_a_writer(tmp_path: Path) -> None:
    running = True

    def clean() -> None:
        while running:
            remove_leftovers(tmp_path)

    cleaner = threading.Thread(target=clean)
    cleaner.start()
    for number in range(40):
        write_text(tmp_path / "a", str(number))
        assert (tmp_path / "a").read_text() == str(number)
    running = False
    cleaner.join()
