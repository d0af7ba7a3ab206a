"""Interviewed clips become lines of a file that survives being killed at any moment.

Lines are only added, each with one write, and reach the disk within a second of each other; a line
that was torn is dropped when the file is opened again. The file is locked while it is open, so
that two processes cannot write it; whoever dies lets go of it. At the end the lines are put into
the order of their source, so that the file does not tell in which order they came. Does not know
who writes the pairs.
"""

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from mullama.data.formats.jsonl import read_clip_lines
from mullama.data.records import Clip
from mullama.errors import UsageError

SYNC_SECONDS = 1.0
"""At most so much work is lost when the machine itself fails; a killed process loses none."""

Key = tuple[str, str]


class Ledger:
    """The file of one job; use it in a `with` statement.

    Raises UsageError where the file cannot be written, is being written by another process, or
    holds a line that is no interviewed clip.
    """

    def __init__(self, path: Path, *, retry_failed: bool = False) -> None:
        self.path = path
        self.done: set[Key] = set()
        """Clips that have pairs."""
        self.failed: set[Key] = set()
        """Clips whose interview failed."""
        self.writers: Counter[str] = Counter()
        """Writer -> clips that have pairs of its."""
        self._order: list[Key] = []
        self._file = _locked(path)
        try:
            _drop_torn_line(self._file)
            self._read()
            if retry_failed and self.failed:
                self._rewrite([key for key in self._order if key in self.done])
                self.failed.clear()
        except BaseException:
            self._file.close()
            raise
        self._synced = time.monotonic()

    def __enter__(self) -> "Ledger":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # What the disk refuses now it has refused, and told, when a line was added.
        with suppress(OSError):
            os.fsync(self._file.fileno())
        with suppress(OSError):
            self._file.close()

    def __contains__(self, key: Key) -> bool:
        return key in self.done or key in self.failed

    def add(self, clip: Clip) -> None:
        """Append a clip that is not there yet."""
        if clip.key in self:
            raise ValueError(f"{clip.key} is in {self.path} already")
        line = json.dumps(clip.as_dict(), ensure_ascii=False) + "\n"
        try:
            self._file.write(line.encode(errors="replace"))
            self._file.flush()
            if time.monotonic() - self._synced > SYNC_SECONDS:
                os.fsync(self._file.fileno())
                self._synced = time.monotonic()
        except OSError as error:
            raise _not_written(self.path, error) from error
        self._note(clip)

    def put_in_order(self, order: Iterable[Key]) -> None:
        """Sort the lines as `order` has them; those that it does not name stay behind the others."""
        wanted = [key for key in order if key in self]
        named = set(wanted)
        wanted += [key for key in self._order if key not in named]
        if wanted != self._order:
            self._rewrite(wanted)

    def _note(self, clip: Clip) -> None:
        key = (sys.intern(clip.source), clip.id)
        self._order.append(key)
        if clip.failed:
            self.failed.add(key)
        else:
            self.done.add(key)
            self.writers[clip.writer] += 1

    def _read(self) -> None:
        for clip in read_clip_lines(self.path):
            if clip.key in self:
                raise UsageError(f"{self.path} holds clip {clip.id!r} of {clip.source} twice")
            self._note(clip)

    def _lines_of(self, keys: list[Key]) -> Iterator[bytes]:
        places = dict(zip(self._order, _places(self.path), strict=True))
        with self.path.open("rb") as file:
            for key in keys:
                begin, length = places[key]
                file.seek(begin)
                yield file.read(length)

    def _rewrite(self, keys: list[Key]) -> None:
        """Replace the file by one with these clips' lines, at once, and go on with that."""
        part = self.path.with_name(f"{self.path.name}.part")
        try:
            new = part.open("w+b")
            _lock(new, self.path)  # before it has the name, so that nobody slips in between
            new.writelines(self._lines_of(keys))
            new.flush()
            os.fsync(new.fileno())
            part.replace(self.path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _not_written(self.path, error) from error
        self._file.close()
        self._file = new
        self._order = keys


def _places(path: Path) -> Iterator[tuple[int, int]]:
    """Where each line that is not empty begins, and its length in bytes."""
    begin = 0
    with path.open("rb") as file:
        for line in file:
            if line.strip():
                yield begin, len(line)
            begin += len(line)


def _drop_torn_line(file: BinaryIO) -> None:
    """Cut off what follows the last end of a line."""
    step = 1 << 16
    end = file.seek(0, os.SEEK_END)
    while end > 0:
        begin = max(0, end - step)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            end = begin + found + 1
            break
        end = begin
    file.truncate(end)
    file.seek(end)


def _locked(path: Path) -> BinaryIO:
    """The file, open for reading and appending, and nobody else's."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            file = path.open("a+b")
            _lock(file, path)
            # Another process may have replaced the file between the two.
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
            file.close()
    except OSError as error:
        raise _not_written(path, error) from error


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not on Windows: there nobody else may write it, but nothing sees to it
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise UsageError(
            f"another process writes {path}; to share the work give each --shard 1/N, 2/N, ..."
        ) from None


def _not_written(path: Path, error: OSError) -> UsageError:
    return UsageError(f"{path} cannot be written: {error.strerror or error}")
