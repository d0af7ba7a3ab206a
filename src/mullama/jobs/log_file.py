"""A file that this process alone appends to, and replaces at once. Does not know what is in it."""

import os
import stat
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from mullama.errors import MuLlamaError
from mullama.jobs.atomic import Part, remove_leftovers_of, told_as
from mullama.jobs.lock import Lock, same_file, take_lock

SYNC_SECONDS = 1.0
"""What is appended is synced if the last sync is longer ago: a dead process loses nothing, a dead machine
little."""


class LogFile:
    """A file, open and locked until it is closed or the process dies.

    Raises `error_type` where the disk refuses, or another process has the file (with `advice`). After
    the disk has refused once nothing more is written: only reading it anew shows what it holds.
    """

    def __init__(self, path: Path, advice: str, error_type: type[MuLlamaError]) -> None:
        self.path, self.advice, self.error_type = path, advice, error_type
        self._target = Path(os.path.realpath(path))
        self._file: BinaryIO | None = None
        with told_as(path, error_type):
            self._file = self._open()
        self._synced = time.monotonic()

    def append(self, data: bytes) -> None:
        """Add bytes with one write."""
        with self._refusing() as file:
            written = os.write(file, data)
            while written < len(data):  # the disk is full, or a limit is reached: it will say so
                written += os.write(file, data[written:])
            if time.monotonic() - self._synced > SYNC_SECONDS:
                os.fsync(file)
                self._synced = time.monotonic()

    def cut(self, size: int) -> None:
        """Drop what follows the first `size` bytes."""
        with self._refusing() as file:
            os.ftruncate(file, size)
            os.lseek(file, 0, os.SEEK_END)

    def replace(self, parts: Iterable[bytes]) -> None:
        """Put other content in the file's place, whole or not at all, and go on with that."""
        with self._refusing(), Part(self._target) as part:
            part.file.writelines(parts)
            part.put_in_place()
            # It was locked before it had the name, so that no other process can take it.
            old, self._file = self._file, part.release()
        if old is not None:
            old.close()

    def close(self, *, sync: bool) -> None:
        """Let go of the file; with `sync`, once everything is on the disk."""
        file, self._file = self._file, None
        if file is None:
            return
        try:
            if sync:
                with told_as(self.path, self.error_type):
                    os.fsync(file.fileno())
        finally:
            file.close()

    @contextmanager
    def _refusing(self) -> Iterator[int]:
        """The descriptor to write to; closed for good by whatever goes wrong."""
        if self._file is None:
            raise ValueError(f"{self.path} is closed")
        try:
            with told_as(self.path, self.error_type):
                yield self._file.fileno()
        except BaseException:
            self.close(sync=False)
            raise

    def _open(self) -> BinaryIO:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        if self._target.exists() and not stat.S_ISREG(self._target.stat().st_mode):
            raise self.error_type(f"{self.path} cannot be written: it is not a regular file")
        while True:
            file = self._target.open("ab", buffering=0)
            try:
                if take_lock(file.fileno()) is Lock.THEIRS:
                    raise self.error_type(
                        f"{self.path} is being written by another process: {self.advice}"
                    )
                if same_file(file.fileno(), self._target):
                    remove_leftovers_of(self._target)
                    return file
            except BaseException:
                file.close()
                raise
            file.close()  # another process has replaced it between the two
