"""What a run listed, and what the log has heard, joined without either being in memory.

The listing's rows lie in a file of their own until the run ends; of what was heard only digests and
places are in memory, some 30 bytes a row.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, NamedTuple, Self

from mullama.catalogue.sound_answers import ANSWER_LINES, SoundAnswers
from mullama.errors import UsageError
from mullama.jobs.atomic import told_as
from mullama.jobs.jsonl import from_line, lines_of, to_line
from mullama.jobs.keys import DIGEST_BYTES, DigestMap

_PLACE = struct.Struct("<q?")
"""Where a line begins, and whether it tells a failure."""


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
        self._places = DigestMap(_PLACE.size)
        for line in ANSWER_LINES.lines(path):
            if line.ended and not line.blank:
                one = ANSWER_LINES.from_line(line.content, str(path))
                self._places.set(_key(one.digest), _PLACE.pack(line.begin, bool(one.failed)))
        self._file = path.open("rb")

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def failed(self, digest: str) -> bool:
        """Whether it could not be heard."""
        place = self._places.get(_key(digest))
        return place is not None and bool(_PLACE.unpack(place)[1])

    def get(self, digest: str) -> SoundAnswers | None:
        """What was heard in a sound, or why nothing was; None where it was not tried."""
        place = self._places.get(_key(digest))
        if place is None:
            return None
        self._file.seek(_PLACE.unpack(place)[0])
        return ANSWER_LINES.from_line(self._file.readline().rstrip(b"\n"), str(self.path))


def _key(digest: str) -> bytes:
    return bytes.fromhex(digest[: 2 * DIGEST_BYTES])
