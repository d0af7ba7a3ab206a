"""Records become lines of a file that survives being killed at any moment.

Lines are only added, each with one write; a line that was torn is dropped when the log is opened
again. The file is locked while it is open, so that two processes cannot write it; a process that
dies releases it. At the end the lines are put into the order of their items, so that the file does not tell
in which order they came. A file that many processes share stands in shared_log.py. Does not know
who makes the records.
"""

from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Generic, Self

import numpy as np
from numpy.typing import NDArray

from mullama.jobs.jsonl import Line, from_line
from mullama.jobs.keys import Key, KeyList, KeySet
from mullama.jobs.log_file import LogFile
from mullama.jobs.records import Record, RecordFormat
from mullama.jobs.shard import Shard, shard_files

SHARE = "to share the work give each --shard 1/N, 2/N, ..."


class JsonlLog(Generic[Record]):
    """The records of one job; written inside a `with` statement, which also reads what is there.

    Raises the format's `error_type` where the file cannot be written, is being written by another
    process (with `advice`), or holds a line that is no record, or two records of one key. Each
    record takes some 40 bytes of memory, and as many more while they are put in order.
    """

    def __init__(self, path: Path, form: RecordFormat[Record], *, advice: str = SHARE) -> None:
        self.path, self.form, self.advice = path, form, advice
        self.done, self.failed = KeySet(), KeySet()
        """Keys of the records that tell a success, and of those that tell a failure."""
        self._lines = KeyList()
        self._file: LogFile | None = None

    def __enter__(self) -> Self:
        if self._file is not None:
            raise ValueError(f"{self.path} is open already")
        self.done, self.failed, self._lines = KeySet(), KeySet(), KeyList()
        file = LogFile(self.path, self.advice, self.form.error_type)
        try:
            self._read(file)
        except BaseException:
            file.close(sync=False)
            raise
        self._file = file
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            file.close(sync=error is None)

    def __contains__(self, key: Key) -> bool:
        return key in self.done or key in self.failed

    def __len__(self) -> int:
        return len(self._lines)

    def key(self, record: Record) -> Key:
        """What the record is known by."""
        return self.form.key(record)

    def failure(self, record: Record) -> str:
        """Why its item failed; empty where it did not."""
        return self.form.failure(record)

    def records(self) -> Iterator[Record]:
        """All records in the file's order, whether the log is open or not."""
        return self.form.read(self.path)

    def add(self, record: Record) -> None:
        """Append a record whose key is not there yet; it outlives this process from now on."""
        key = self.key(record)
        if key in self:
            raise ValueError(f"{key!r} is in {self.path} already")
        self._open.append(self.form.to_line(record))
        self._note(key, record)

    def drop_failed(self) -> None:
        """Remove the records of failures, so that their items are missing."""
        if len(self.failed):
            succeeded = (not self.failure(record) for record in self.records())
            self._rewrite(np.flatnonzero(np.fromiter(succeeded, bool)))
            self.failed.clear()

    def put_in_order(self, order: Iterable[Key] | KeyList) -> None:
        """Sort the lines as `order` has their keys; those that it does not name stay behind the others."""
        named = self._lines.places_of(order if isinstance(order, KeyList) else KeyList(order))
        unnamed = np.ones(len(self._lines), bool)
        unnamed[named] = False
        wanted = np.concatenate([named, np.flatnonzero(unnamed)])
        if np.any(wanted[1:] < wanted[:-1]):
            self._rewrite(wanted)

    def for_shard(self, shard: Shard) -> "JsonlLog[Record]":
        """The log that this shard of the job writes."""
        return JsonlLog(shard.path(self.path), self.form, advice=self.advice)

    def take_over_shards(self) -> None:
        """Add what the shards' logs hold and this one lacks; failures are left, to be tried again."""
        for path in shard_files(self.path):
            with JsonlLog(path, self.form, advice="wait for it") as shard:
                for record in shard.records():
                    if not self.failure(record) and self.key(record) not in self:
                        self.add(record)

    @property
    def _open(self) -> LogFile:
        if self._file is None:
            raise ValueError(f"{self.path} is written inside `with` only")
        return self._file

    def _note(self, key: Key, record: Record) -> None:
        self._lines.append(key)
        (self.failed if self.failure(record) else self.done).add(key)

    def _read(self, file: LogFile) -> None:
        for line in self.form.lines(self.path):
            if line.blank and line.ended:
                continue
            if not line.ended and self._is_torn(line):
                file.cut(line.begin)  # what stands before it has been found to be ours
                return
            record = self.form.from_line(line.content, f"{self.path}, line {line.number}")
            self._note(self._new_key(record, line), record)
            if not line.ended:
                file.append(b"\n")

    def _is_torn(self, line: Line) -> bool:
        """Whether a kill or a failing machine left this; what else a file ends with is not ours."""
        content = (line.content or b"?").strip(b"\0 ")
        try:
            from_line(content)
        except ValueError:
            return content[:1] in (b"", b"{")
        return False

    def _new_key(self, record: Record, line: Line) -> Key:
        key = self.key(record)
        if key in self:
            first = next(
                number
                for number, other in enumerate(self.form.read(self.path), start=1)
                if self.key(other) == key
            )
            raise self.form.error_type(
                f"{self.path}, line {line.number}: {key!r} is there twice, first as record {first}"
            )
        return key

    def _rewrite(self, places: NDArray[np.int64]) -> None:
        """Leave the lines at these places, in this order."""
        self._open.replace(self._raw_lines(places))
        self._lines = self._lines.taken(places)

    def _raw_lines(self, places: NDArray[np.int64]) -> Iterator[bytes]:
        begins = array("q")
        for line in self.form.lines(self.path):
            if not line.blank:
                begins.append(line.begin)
        with self.path.open("rb") as file:
            for place in places:
                file.seek(begins[place])
                yield file.readline()
