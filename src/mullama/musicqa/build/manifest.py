"""What became of every clip of a data set: its number, digest and length, or why it has none.

One JSON line a clip, in the order in which they came (`clips.jsonl` of a finished set). While a set
is being built the same lines are its memory: a build that was killed goes on behind the last whole
line. Does not know pairs or audio.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from mullama.errors import AudioError, UsageError


@dataclass(frozen=True)
class ManifestEntry:
    """One clip that was met."""

    part: str
    """One of `published.PARTS`."""
    source: str
    id: str
    audio_name: str = ""
    """As the published files name it; empty where the clip is not in the set."""
    sha256: str = ""
    """Of that file; empty where there is none."""
    seconds: float = 0.0
    damaged: bool = False
    """Whether something of its sound was missing."""
    failed: str = ""
    """Why it is not in the set, in one line."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells whether a build that goes on meets the same clips again."""
        return self.part, self.source, self.id


class Manifest:
    """A file of entries, read and continued."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        """Open for more entries; half a line at the end, from a build that was killed, goes.

        Raises UsageError while another process has it open.
        """
        self.path.touch()
        self._file = self.path.open("r+b")
        _lock(self._file, self.path)
        self._file.truncate(_end_of_last_line(self._file))
        self._file.seek(0, os.SEEK_END)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def append(self, entry: ManifestEntry) -> None:
        """Add a clip; it outlives this process from now on."""
        if self._file is None:
            raise ValueError("a register is written inside `with` only")
        known = {key: value for key, value in asdict(entry).items() if value}
        self._file.write(json.dumps(known, ensure_ascii=False).encode() + b"\n")
        self._file.flush()

    def entries(self) -> Iterator[ManifestEntry]:
        """All lines, in order; raises UsageError for one that is no entry."""
        names = {field.name for field in fields(ManifestEntry)}
        with self.path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    values = json.loads(line)
                    yield ManifestEntry(**{key: values[key] for key in names & values.keys()})
                except (ValueError, TypeError, AttributeError) as error:
                    raise UsageError(f"{self.path}, line {number}: no clip: {error}") from error


class SeenClips:
    """The clips so far, by origin and by sound: none may be in two parts, nor twice by origin."""

    def __init__(self) -> None:
        self._origins: dict[tuple[str, str], str] = {}
        self._sounds: dict[str, tuple[str, str]] = {}

    def note(self, entry: ManifestEntry) -> None:
        """Remember a clip that is in the set."""
        if entry.audio_name:
            self._origins[entry.source, entry.id] = entry.part
            if entry.sha256:
                self._sounds.setdefault(entry.sha256, (entry.part, entry.audio_name))

    def require_new_origin(self, source: str, clip: str) -> None:
        """Raises AudioError for a clip of a collection that was met."""
        part = self._origins.get((source, clip))
        if part is not None:
            raise AudioError(f"the clip is in {part} already")

    def require_new_sound(self, part: str, sha256: str) -> None:
        """Raises AudioError for a file that another part holds."""
        other, name = self._sounds.get(sha256, (part, ""))
        if other != part:
            raise AudioError(f"the same sound is in {other} already, as {name}")


def _lock(file: BinaryIO, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # Windows: nothing sees to it there
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        file.close()
        raise UsageError(f"another process is building {path.parent}: wait for it") from error


def _end_of_last_line(file: BinaryIO) -> int:
    """Where the last whole line ends, in bytes."""
    block = 1 << 16
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - block)
        file.seek(start)
        found = file.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
