"""A folder is whole or not there, and nothing else is lost on the way."""

import errno
import os
from pathlib import Path

import pytest

from mullama.errors import CheckpointError, UsageError
from mullama.jobs import atomic_folder as module
from mullama.jobs.atomic import remove_leftovers
from mullama.jobs.atomic_folder import atomic_folder, human_size


def is_ours(folder: Path) -> bool:
    return (folder / "ours").exists()


def write(out: Path, text: str = "new", **options: object) -> None:
    with atomic_folder(out, is_ours=is_ours, **options) as folder:  # type: ignore[arg-type]
        (folder / "deep").mkdir()
        (folder / "deep" / "file").write_text(text)
        (folder / "ours").touch()


def text(out: Path) -> str:
    return (out / "deep" / "file").read_text()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def test_it_appears_when_it_is_whole(tmp_path: Path) -> None:
    write(tmp_path / "a" / "out", needed_bytes=10)
    assert text(tmp_path / "a" / "out") == "new"
    assert (tmp_path / "a" / "out").stat().st_mode & 0o077  # as any new folder, not private
    assert names(tmp_path / "a") == ["out"]
    (tmp_path / "empty").mkdir()
    write(tmp_path / "empty")
    assert text(tmp_path / "empty") == "new"


@pytest.mark.parametrize(
    "error", [CheckpointError("misfit"), KeyboardInterrupt(), OSError(28, "full")]
)
def test_nothing_is_left_of_a_failure(tmp_path: Path, error: BaseException) -> None:
    def fail() -> None:
        with atomic_folder(tmp_path / "out", is_ours=is_ours, error_type=CheckpointError) as folder:
            (folder / "half").write_text("x")
            raise error

    with pytest.raises((CheckpointError, KeyboardInterrupt)) as caught:
        fail()
    assert not names(tmp_path)
    if isinstance(error, OSError):
        assert "out was not written: full" in str(caught.value)


@pytest.mark.parametrize("exchange", [True, False])
def test_only_ours_is_replaced_and_only_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(module, "_exchange", lambda *_: False)
    out = tmp_path / "out"
    write(out, "old")
    with pytest.raises(UsageError, match="not empty: choose another --out, or give --overwrite"):
        write(out)
    assert text(out) == "old"
    write(out, overwrite=True)
    assert text(out) == "new"
    assert names(tmp_path) == ["out"]
    (out / "ours").unlink()
    with pytest.raises(UsageError, match="something else than a model of ours"):
        write(out, overwrite=True, ours="a model of ours")
    with pytest.raises(UsageError, match="holds files that are to be read"):
        write(out, overwrite=True, keep=[out / "deep" / "file"])
    assert text(out) == "new"


def test_a_folder_filled_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        pytest.raises(UsageError, match="was not written: Directory not empty"),
        atomic_folder(out, is_ours=is_ours),
    ):
        write(out, "another's")
    assert text(out) == "another's"
    assert names(tmp_path) == ["out"]


def test_the_old_one_comes_back_where_the_new_one_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write(out, "old")
    rename, calls = Path.rename, []

    def fail_third(self: Path, target: Path) -> Path:
        calls.append(self)
        if len(calls) == 3:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    monkeypatch.setattr(module, "_exchange", lambda *_: False)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail_third)
        with pytest.raises(UsageError, match="Input/output error"):
            write(out, overwrite=True)
    assert text(out) == "old"
    assert names(tmp_path) == ["out"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "link").symlink_to("file")
    for name in ("file", "link"):
        with pytest.raises(UsageError, match="is not a folder"):
            write(tmp_path / name)
    with pytest.raises(UsageError, match="cannot be written"):
        write(tmp_path / "file" / "out")
    with pytest.raises(UsageError, match=r"needs 1\.0 EB, but [\d.]+ [MGT]B are free there"):
        write(tmp_path / "out", needed_bytes=10**18)


def test_leftovers_of_folders_go_and_living_ones_stay(tmp_path: Path) -> None:
    dead = tmp_path / f".out.{'0' * 16}.part"
    dead.mkdir()
    (dead / "file").touch()
    (tmp_path / f".other.{'0' * 16}.part").mkdir()
    with atomic_folder(tmp_path / "out", is_ours=is_ours) as part:
        assert not dead.exists()
        assert remove_leftovers(tmp_path) == 1
        assert names(tmp_path) == [part.name]
    assert names(tmp_path) == ["out"]


@pytest.mark.parametrize(
    ("size", "shown"),
    [(0, "0 bytes"), (999, "999 bytes"), (1234, "1.2 kB"), (3_100_000, "3.1 MB"),
     (999_999, "1.0 MB"), (123_456_789, "123 MB"), (27 * 10**9, "27.0 GB"), (10**21, "1000 EB")],
)  # fmt: skip
def test_sizes_are_read_by_people(size: int, shown: str) -> None:
    assert human_size(size) == shown
