"""What a run listed, and what the log has heard, joined without either being in memory.

The listing's rows lie in a file of their own until the run ends; of what was heard only digests and
places are in memory, some 50 bytes a row.
"""

from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

import numpy as np

from mullama.catalogue.sound_answers import ANSWER_LINES, SoundAnswers
from mullama.errors import UsageError
from mullama.jobs.atomic import told_as
from mullama.jobs.jsonl import from_line, lines_of, to_line

KEY_BYTES = 16
"""Of a digest; two of ten million share them with a chance below 1e-24."""


class Row(NamedTuple):
    """A sound as it was listed in this run."""

    path: str
    digest: str = ""
    """Empty where the file could not be read."""
    why: str = ""
    """In that case."""


class Spool:
    """The listing of the run that is under way; use it in a `with` statement."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        with told_as(self.path, UsageError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._file is not None
        with told_as(self.path, UsageError):
            self._file.close()

    def add(self, row: Row) -> None:
        """Note a row, in the listing's order."""
        assert self._file is not None
        with told_as(self.path, UsageError):
            self._file.write(to_line(row._asdict()))

    def rows(self) -> Iterator[Row]:
        """All of them, once the run has ended."""
        with self.path.open("rb") as file:
            for line in lines_of(file):
                yield Row(**from_line(line.content))


class AnswersByDigest:
    """A log of what was heard, by digest. Raises UsageError for a file that cannot be read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        keys, begins, failed = bytearray(), array("q"), array("b")
        for line in ANSWER_LINES.lines(path):
            if line.ended and not line.blank:
                one = ANSWER_LINES.from_line(line.content, str(path))
                keys += bytes.fromhex(one.digest[: 2 * KEY_BYTES])
                begins.append(line.begin)
                failed.append(bool(one.failed))
        found = np.frombuffer(bytes(keys), f"S{KEY_BYTES}") if keys else np.empty(0, "S16")
        by_key = np.argsort(found, kind="stable")
        self._keys, self._begins = found[by_key], np.frombuffer(begins, np.int64)[by_key]
        self._failed = np.frombuffer(failed, np.int8)[by_key]
        self._file = path.open("rb")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def failed(self, digest: str) -> bool:
        """Whether it could not be heard."""
        place = self._place(digest)
        return place is not None and bool(self._failed[place])

    def get(self, digest: str) -> SoundAnswers | None:
        """What was heard in a sound, or why nothing was; None where it was not tried."""
        place = self._place(digest)
        if place is None:
            return None
        self._file.seek(int(self._begins[place]))
        return ANSWER_LINES.from_line(self._file.readline().rstrip(b"\n"), str(self.path))

    def _place(self, digest: str) -> int | None:
        wanted = np.array(bytes.fromhex(digest[: 2 * KEY_BYTES]), f"S{KEY_BYTES}")
        place = int(np.searchsorted(self._keys, wanted))
        return place if place < len(self._keys) and self._keys[place] == wanted else None
