"""Rows that many processes, machines and threads add to one file together, without a lock.

Each row is one write at the file's end, so that none is lost; a row that a machine tore, or that is
anything else, is passed over. It is for what can be found out again: an index, a cache's memory.
"""

import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Generic

from mullama.errors import MuLlamaError
from mullama.jobs.atomic import told_as
from mullama.jobs.records import Record, RecordFormat


class SharedLog(Generic[Record]):
    """A file of rows, of which one key may have several: the last one counts."""

    def __init__(self, path: Path, form: RecordFormat[Record]) -> None:
        self.path, self.form = path, form
        self._writing = threading.Lock()

    def records(self) -> Iterator[Record]:
        """All rows that are records, in the order in which they came; none where there is no file.

        Raises the format's `error_type` for a file that cannot be read.
        """
        if not self.path.exists():
            return
        for line in self.form.lines(self.path):
            try:
                record = self.form.from_line(line.content, str(self.path))
            except MuLlamaError:
                continue
            yield record

    def add(self, record: Record) -> None:
        """Add a row; raises the format's `error_type` where the disk refuses."""
        row = self.form.to_line(record)
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT
        with self._writing, told_as(self.path, self.form.error_type):
            file = os.open(self.path, flags, 0o666)
            try:
                end = os.fstat(file).st_size
                if end and os.pread(file, 1, end - 1) != b"\n":
                    row = b"\n" + row  # behind a row that was torn
                if os.write(file, row) < len(row):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            finally:
                os.close(file)
