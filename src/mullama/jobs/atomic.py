"""A file appears under its name when it is whole, or not at all.

It is written beside its target under a name of its own, `NAME.<16 hex digits>.part`, so that two
writers of one target never meet; then it is synced, renamed, and its folder synced. While its
writer lives the part is locked: `remove_leftovers` knows by that which ones a kill has left. Folders
stand in atomic_folder.py. Does not know what is in a file.
"""

import os
import re
import secrets
import shutil
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from mullama.errors import MuLlamaError, UsageError
from mullama.jobs.lock import Lock, same_file, take_lock

PART = ".part"
"""How the name of everything unfinished ends."""
_OURS = re.compile(r"\.[0-9a-f]{16}\.part$")
MAX_NAME_BYTES, SHORT_NAME_CHARACTERS = 200, 50
"""A longer name is shortened in the part's name, which must stay below a file system's 255 bytes."""
ABANDONED_SECONDS = 24 * 3600.0
"""Where there are no locks, a part that has not changed for so long has no writer."""


@contextmanager
def atomic_file(
    path: Path, *, parents: bool = False, error_type: type[MuLlamaError] = UsageError
) -> Iterator[Path]:
    """An empty file beside `path` to write to; renamed to `path` at the end, removed on any failure.

    With `parents` missing folders are made. A link is followed: the file that it names is replaced.
    Raises `error_type` where the disk refuses.
    """
    with told_as(path, error_type):
        target = Path(os.path.realpath(path))
        if parents:
            target.parent.mkdir(parents=True, exist_ok=True)
        with Part(target) as part:
            yield part.path
            part.put_in_place()


def write_bytes(
    path: Path, data: bytes, *, parents: bool = False, error_type: type[MuLlamaError] = UsageError
) -> None:
    """Write a file, whole or not at all. Raises `error_type` where the disk refuses."""
    with atomic_file(path, parents=parents, error_type=error_type) as part:
        part.write_bytes(data)


def write_text(
    path: Path, text: str, *, parents: bool = False, error_type: type[MuLlamaError] = UsageError
) -> None:
    """Write text as UTF-8, with its line ends as they are, like `write_bytes`."""
    write_bytes(path, text.encode(), parents=parents, error_type=error_type)


class Part:
    """The unfinished form of one file, open and locked; use it in a `with` statement.

    Raises OSError.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path, descriptor = _create(target)
        self.file: BinaryIO = os.fdopen(descriptor, "w+b")
        self._released = False

    def __enter__(self) -> Self:
        return self

    def put_in_place(self) -> None:
        """Give the file its name; after this it outlives the machine's failure too."""
        self.file.flush()
        with suppress(FileNotFoundError):
            self.path.chmod(
                stat.S_IMODE(self.target.stat().st_mode)
            )  # a private file stays private
        sync(self.path)
        self.path.replace(self.target)
        sync_folder(self.target.parent)

    def release(self) -> BinaryIO:
        """The file, still locked and open behind what was written; it is the caller's to close."""
        self._released = True
        return self.file

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._released:
            with suppress(OSError):
                self.file.close()
        with suppress(OSError):  # it is gone where all went well
            self.path.unlink()


def part_name(target: Path) -> str:
    """A name beside `target` that no other writer has."""
    return f"{_short(target.name)}.{secrets.token_hex(8)}{PART}"


def sync(path: Path) -> None:
    """Bring a file's content to the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    if os.name == "nt":  # Windows opens no folders
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_leftovers(folder: Path, *, recursive: bool = False) -> int:
    """Remove what killed writers have left unfinished in a folder; how many.

    A part whose writer lives is locked and stays. What has another form of name is not ours.
    """
    return _remove(folder.rglob(f"*{PART}") if recursive else folder.glob(f"*{PART}"))


def remove_leftovers_of(target: Path) -> int:
    """The same for one file or folder, where others may lie beside it."""
    name = re.compile(rf"\.?{re.escape(_short(target.name))}{_OURS.pattern}")
    return _remove(path for path in target.parent.glob(f"*{PART}") if name.fullmatch(path.name))


@contextmanager
def told_as(path: Path, error_type: type[MuLlamaError]) -> Iterator[None]:
    """What the disk refuses is told as the failure to write `path`, in one line."""
    try:
        yield
    except OSError as error:
        raise error_type(f"{path} cannot be written: {reason(error)}") from error


def reason(error: OSError) -> str:
    """Why, and at which file where it is another one than the caller's."""
    why = error.strerror or str(error)
    other = error.filename is not None and not str(error.filename).endswith(PART)
    return f"{why} ({error.filename})" if other else why


def _create(target: Path) -> tuple[Path, int]:
    while True:
        path = target.with_name(part_name(target))
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o666)
        try:
            take_lock(descriptor, wait=True)
            # Between the two a cleaner may have taken it for abandoned.
            if same_file(descriptor, path):
                return path, descriptor
        except BaseException:
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        os.close(descriptor)


def _short(name: str) -> str:
    return name if len(os.fsencode(name)) <= MAX_NAME_BYTES else name[:SHORT_NAME_CHARACTERS]


def _remove(found: Iterable[Path]) -> int:
    return sum(_remove_abandoned(path) for path in list(found) if _OURS.search(path.name))


def _remove_abandoned(path: Path) -> bool:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:  # gone, a link, or another user's
        return False
    try:
        lock = take_lock(descriptor)
        age = time.time() - os.fstat(descriptor).st_mtime
        if lock is Lock.THEIRS or (lock is Lock.UNSUPPORTED and age < ABANDONED_SECONDS):
            return False
        if not same_file(descriptor, path):  # its writer has just put it in place
            return False
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
