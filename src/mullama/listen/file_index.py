"""A sound file's path becomes the digest of what is in it, without reading it twice.

An index beside what is cached remembers each file by its path, size and time of change. Does not know
what a digest is for.
"""

from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mullama.errors import AudioError
from mullama.jobs.digest import DIGEST_CHARACTERS, file_digest
from mullama.jobs.keys import DigestMap, Key, key_digest
from mullama.jobs.records import RecordFormat
from mullama.jobs.shared_log import SharedLog
from mullama.listen.audio.open_audio import regular_file


@dataclass(frozen=True)
class IndexedFile:
    """A file as it was when it was read."""

    path: str
    """Absolute."""
    size: int
    """In bytes."""
    mtime_ns: int
    sha256: str
    """In hexadecimal."""

    @property
    def key(self) -> Key:
        """The file and its state."""
        return self.path, self.size, self.mtime_ns


class FileIndex:
    """What is known of files; processes, machines and threads may add to it together.

    `open_index` makes one that knows what the log holds.
    """

    def __init__(self, log: SharedLog[IndexedFile]) -> None:
        self._log = log
        self._digests = DigestMap(DIGEST_CHARACTERS // 2)
        """Some 50 bytes a file, however long its name is."""

    def note(self, file: IndexedFile) -> None:
        """Remember a file; the log stays as it is."""
        self._digests.set(key_digest(file.key), bytes.fromhex(file.sha256))

    def add(self, file: IndexedFile) -> None:
        """Remember a file in the log, too; raises UsageError where that cannot be written."""
        self._log.add(file)
        self.note(file)

    def find(self, key: Key) -> str | None:
        """The digest of a file in that state (see `IndexedFile.key`), if it was read before."""
        found = self._digests.get(key_digest(key))
        return None if found is None else found.hex()

    def known(self, path: Path) -> str | None:
        """The digest of a file that was read before and has not changed; None for every other."""
        with suppress(AudioError):
            return self.find((str(path.absolute()), *file_state(path)))
        return None

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file, in hexadecimal.

        Raises AudioError for a file that cannot be read, UsageError for an index that cannot be
        written.
        """
        if (known := self.known(path)) is not None:
            return known
        state = file_state(path)
        digest = file_digest(path, error_type=AudioError)
        if file_state(path) == state:
            self.add(IndexedFile(str(path.absolute()), *state, digest))
        return digest


def open_index(path: Path) -> FileIndex:
    """The index in a file, which need not be there yet. Raises UsageError where it cannot be read."""
    log = SharedLog(path, FORMAT)
    index = FileIndex(log)
    for file in log.records():
        index.note(file)
    return index


def file_state(path: Path) -> tuple[int, int]:
    """Size in bytes and time of change in nanoseconds; raises AudioError for what is no file."""
    status = regular_file(path)
    return status.st_size, status.st_mtime_ns


def _decode(values: dict[str, Any], where: str) -> IndexedFile:
    file = IndexedFile(
        str(values["path"]), int(values["size"]), int(values["mtime_ns"]), str(values["sha256"])
    )
    if len(file.sha256) != DIGEST_CHARACTERS or bytes.fromhex(file.sha256).hex() != file.sha256:
        raise ValueError(f"{where}: {file.sha256!r} is no digest")
    return file


FORMAT = RecordFormat[IndexedFile](encode=asdict, decode=_decode, key=lambda file: file.key)
"""One row of the index."""
