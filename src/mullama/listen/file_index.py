"""A sound file's path becomes the digest of what is in it, without reading it twice.

An index beside what is kept remembers each file by its path, size and time of change (JSON lines of
path, size in bytes, mtime_ns and sha256). Does not know what a digest is for.
"""

import hashlib
import json
import threading
from contextlib import suppress
from pathlib import Path

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.open_audio import regular_file


class FileIndex:
    """What is known of files; processes, machines and threads may add to it together.

    Lines are only ever added, each in one write, so that none is lost; one that a machine tore is
    passed over, and its file read again.
    """

    def __init__(self, path: Path) -> None:
        """Raises UsageError for an index that cannot be read."""
        self.path = path
        self._known: dict[tuple[str, int, int], str] = {}
        self._writing = threading.Lock()
        try:
            lines = path.read_bytes().splitlines() if path.exists() else []
        except OSError as error:
            raise UsageError(f"{path} cannot be read: {error.strerror}") from error
        for line in lines:
            self._remember(line)

    def known(self, path: Path) -> str | None:
        """The digest of a file that was read before and has not changed; None for every other."""
        with suppress(AudioError):
            return self._known.get((str(path.absolute()), *file_state(path)))
        return None

    def digest(self, path: Path) -> str:
        """The SHA-256 of a file, in hexadecimal.

        Raises AudioError for a file that cannot be read, UsageError for an index that cannot be
        written.
        """
        if (known := self.known(path)) is not None:
            return known
        size, time = file_state(path)
        name = str(path.absolute())
        try:
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise AudioError(f"{path}: cannot be read ({error.strerror})") from error
        if file_state(path) == (size, time):
            self._add({"path": name, "size": size, "mtime_ns": time, "sha256": digest})
            self._known[name, size, time] = digest
        return digest

    def _remember(self, line: bytes) -> None:
        try:
            row = json.loads(line)
            key = str(row["path"]), int(row["size"]), int(row["mtime_ns"])
            digest = str(row["sha256"])
            if len(bytes.fromhex(digest)) == hashlib.sha256().digest_size:
                self._known[key] = digest
        except (ValueError, TypeError, KeyError):
            return

    def _add(self, row: dict[str, str | int]) -> None:
        try:
            with self._writing, self.path.open("ab", buffering=0) as file:
                file.write(json.dumps(row).encode() + b"\n")
        except OSError as error:
            raise UsageError(f"{self.path} cannot be written: {error.strerror}") from error


def file_state(path: Path) -> tuple[int, int]:
    """Size in bytes and time of change in nanoseconds; raises AudioError for what is no file."""
    status = regular_file(path)
    return status.st_size, status.st_mtime_ns
