"""A folder appears under its name when it is whole, or not at all. Does not know what is in it."""

import ctypes
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mullama.errors import MuLlamaError, UsageError
from mullama.jobs.atomic import (
    part_name,
    reason,
    remove_leftovers_of,
    sync,
    sync_folder,
    told_as,
)
from mullama.jobs.lock import same_file, take_lock

_AT_FDCWD, _RENAME_EXCHANGE = -100, 2
_UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


@contextmanager
def atomic_folder(
    out: Path,
    *,
    is_ours: Callable[[Path], bool],
    ours: str = "a folder of this kind",
    overwrite: bool = False,
    needed_bytes: int = 0,
    keep: Sequence[Path] = (),
    error_type: type[MuLlamaError] = UsageError,
) -> Iterator[Path]:
    """A folder beside `out` to write into, renamed to `out` at the end and removed on any failure.

    With `overwrite` a folder is replaced that `is_ours` knows (`ours` says what that is), and only if
    none of the files to `keep` is in it. On Linux the two change places in one step; elsewhere a kill
    between two renames leaves the old one as `.NAME.<hex>.old`. Raises `error_type`.
    """
    out = out.absolute()
    with told_as(out, error_type):
        _check_target(out, is_ours, ours, overwrite, keep, error_type)
        out.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers_of(out)  # before there is asked for room
        free = shutil.disk_usage(out.parent).free
        if free < needed_bytes:
            raise error_type(
                f"{out} needs {human_size(needed_bytes)}, but {human_size(free)} are free there"
            )
        part, descriptor = _create(out)
    try:
        yield part
        _sync_tree(part)
        _put_in_place(part, out, overwrite)
        sync_folder(out.parent)
    except OSError as cause:
        raise error_type(f"{out} was not written: {reason(cause)}") from cause
    finally:
        shutil.rmtree(part, ignore_errors=True)
        os.close(descriptor)


def human_size(size: int) -> str:
    """Bytes as a person reads them: three digits at most, in units of 1000."""
    value, unit = float(size), 0
    while value >= 999.5 and unit < len(_UNITS) - 1:
        value, unit = value / 1000, unit + 1
    digits = 1 if unit and value < 99.95 else 0
    return f"{value:.{digits}f} {_UNITS[unit]}"


def _check_target(
    out: Path,
    is_ours: Callable[[Path], bool],
    ours: str,
    overwrite: bool,
    keep: Sequence[Path],
    error_type: type[MuLlamaError],
) -> None:
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise error_type(f"{out} exists and is not a folder: choose another --out")
    if not out.exists() or not any(out.iterdir()):
        return
    if not overwrite:
        raise error_type(f"{out} is not empty: choose another --out, or give --overwrite")
    resolved = out.resolve()
    if any(path.resolve().is_relative_to(resolved) for path in keep):
        raise error_type(f"{out} holds files that are to be read: choose another --out")
    if not is_ours(out):
        raise error_type(f"{out} holds something else than {ours}: it stays as it is")


def _create(out: Path) -> tuple[Path, int]:
    """A hidden folder beside `out`, locked while its descriptor is open."""
    while True:
        part = out.with_name(f".{part_name(out)}")
        part.mkdir()
        try:
            descriptor = os.open(part, os.O_RDONLY)
        except FileNotFoundError:  # a cleaner took it for abandoned
            continue
        take_lock(descriptor, wait=True)
        if same_file(descriptor, part):
            return part, descriptor
        os.close(descriptor)


def _sync_tree(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_dir() and not path.is_symlink():
            sync_folder(path)
        elif path.is_file() and not path.is_symlink():
            sync(path)
    sync_folder(folder)


def _put_in_place(part: Path, out: Path, overwrite: bool) -> None:
    try:
        part.rename(out)  # takes the place of an empty folder too
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST) or not overwrite:
            raise
        if not _exchange(part, out):
            _replace(part, out)


def _exchange(part: Path, out: Path) -> bool:
    """Let two folders change names in one step; False where the system cannot."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError, TypeError):  # not Linux, or an old libc
        return False
    names = os.fsencode(part), os.fsencode(out)
    return not renameat2(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)


def _replace(part: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.{secrets.token_hex(8)}.old")
    out.rename(old)
    try:
        part.rename(out)
    except OSError:
        old.rename(out)
        raise
    shutil.rmtree(old)
