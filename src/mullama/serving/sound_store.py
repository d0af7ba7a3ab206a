"""Bytes of a sound -> a file that is named by its content, for as long as it is needed.

A sound that came with a question lies here while that is answered, an uploaded one until it expires;
all together are bounded in bytes. What is kept belongs to who brought it: others get 404 even where
they know the digest. Knows neither audio nor HTTP. Threads may share a store.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from mullama.jobs.lock import Lock, same_file, take_lock
from mullama.serving.room import Room

PREFIX = "mullama-sounds-"
LOCK = "in-use"
"""A file in a store's folder, locked while its process lives."""


@dataclass(frozen=True)
class Upload:
    """A file that one caller may ask about."""

    digest: str
    nbytes: int
    name: str
    """As its owner called it."""
    created: float
    """Seconds since the epoch."""
    expires: float


@dataclass
class _Sound:
    path: Path
    nbytes: int
    holders: int = 0
    uploads: dict[str, Upload] = field(default_factory=dict)
    """Owner -> what is promised to them."""


class HeldSound:
    """A file that stays until it is released."""

    def __init__(self, digest: str, path: Path, release: Callable[[], None]) -> None:
        self.digest, self.path = digest, path
        self._release: Callable[[], None] | None = release

    def release(self) -> None:
        """Need it no longer; any number of times."""
        release, self._release = self._release, None
        if release is not None:
            release()

    def __enter__(self) -> "HeldSound":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()


class SoundStore:
    """Sounds on disk, in a folder of its own that is gone when the store is closed."""

    def __init__(
        self,
        parent: Path | None = None,
        *,
        max_bytes: int,
        lifetime: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`lifetime` seconds is how long an upload is kept. Clears up after stores that were killed."""
        self._life = ExitStack()
        self.folder = self._life.enter_context(own_folder(parent))
        self.room = Room(max_bytes)
        """Also for what is still being received."""
        self._lifetime, self._clock = lifetime, clock
        self._sounds: dict[str, _Sound] = {}
        self._lock = threading.Lock()

    def put(self, chunks: Iterable[bytes]) -> HeldSound:
        """The file of these bytes, held until it is released. Raises NoRoomError."""
        self._expire()
        digest, size = sha256(), 0
        file = tempfile.NamedTemporaryFile(dir=self.folder, delete=False)  # noqa: SIM115
        try:
            with file:
                for chunk in chunks:
                    self.room.take(len(chunk))
                    size += len(chunk)
                    digest.update(chunk)
                    file.write(chunk)
            return self._settle(digest.hexdigest(), Path(file.name), size)
        except BaseException:
            self.room.give_back(size)
            Path(file.name).unlink(missing_ok=True)
            raise

    def hold(self, digest: str, owner: str) -> HeldSound | None:
        """The file of an upload, held until it is released; None where `owner` has none of that digest."""
        self._expire()
        with self._lock:
            sound = self._sounds.get(digest)
            return (
                None if sound is None or owner not in sound.uploads else self._held(digest, sound)
            )

    def promise(self, held: HeldSound, *, name: str, owner: str) -> Upload:
        """Keep a sound that is held as an upload; the same content again is kept longer."""
        with self._lock:
            now = self._clock()
            sound = self._sounds[held.digest]
            upload = Upload(held.digest, sound.nbytes, name, now, now + self._lifetime)
            sound.uploads[owner] = upload
        return upload

    def upload(self, digest: str, owner: str) -> Upload | None:
        """What is promised to `owner` of that digest."""
        self._expire()
        with self._lock:
            sound = self._sounds.get(digest)
            return None if sound is None else sound.uploads.get(owner)

    def uploads(self, owner: str) -> list[Upload]:
        """All that `owner` may ask about, the oldest first."""
        self._expire()
        with self._lock:
            found = [s.uploads[owner] for s in self._sounds.values() if owner in s.uploads]
        return sorted(found, key=lambda upload: upload.created)

    def forget(self, digest: str, owner: str) -> bool:
        """Delete an upload; whether there was one. Who is being answered about it keeps it so long."""
        self._expire()
        with self._lock:
            sound = self._sounds.get(digest)
            if sound is None or sound.uploads.pop(owner, None) is None:
                return False
            self._drop_unneeded(digest)
        return True

    def close(self) -> None:
        """Delete everything."""
        with self._lock:
            self.room.give_back(sum(sound.nbytes for sound in self._sounds.values()))
            self._sounds.clear()
        self._life.close()

    def _settle(self, digest: str, written: Path, size: int) -> HeldSound:
        with self._lock:
            sound = self._sounds.get(digest)
            if sound is None:
                path = written.replace(self.folder / digest)
                sound = self._sounds[digest] = _Sound(path, size)
            else:
                self.room.give_back(size)
                written.unlink()
            return self._held(digest, sound)

    def _held(self, digest: str, sound: _Sound) -> HeldSound:
        sound.holders += 1
        return HeldSound(digest, sound.path, lambda: self._release(digest))

    def _release(self, digest: str) -> None:
        with self._lock:
            if digest in self._sounds:  # else the store was closed
                self._sounds[digest].holders -= 1
                self._drop_unneeded(digest)

    def _expire(self) -> None:
        now = self._clock()
        with self._lock:
            for digest, sound in list(self._sounds.items()):
                for owner, upload in list(sound.uploads.items()):
                    if upload.expires <= now:
                        del sound.uploads[owner]
                self._drop_unneeded(digest)

    def _drop_unneeded(self, digest: str) -> None:
        sound = self._sounds[digest]
        if not sound.holders and not sound.uploads:
            del self._sounds[digest]
            self.room.give_back(sound.nbytes)
            sound.path.unlink(missing_ok=True)


@contextmanager
def own_folder(parent: Path | None = None) -> Iterator[Path]:
    """A new folder, by default in the system's for temporary files, that is gone at the end.

    Clears up after processes that were killed.
    """
    where = Path(tempfile.gettempdir()) if parent is None else parent
    where.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(where)
    folder, handle = _new_folder(where)
    try:
        yield folder
    finally:
        os.close(handle)
        shutil.rmtree(folder, ignore_errors=True)


def _new_folder(parent: Path) -> tuple[Path, int]:
    """A new folder, and its open lock; another process may be clearing up at this very moment."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        handle = os.open(folder / LOCK, os.O_CREAT | os.O_WRONLY, 0o600)
        if take_lock(handle) is not Lock.THEIRS and same_file(handle, folder / LOCK):
            return folder, handle
        os.close(handle)


def _clear_abandoned(parent: Path) -> None:
    """Delete the folders of stores whose process was killed: nobody holds their lock."""
    for folder in parent.glob(f"{PREFIX}*"):
        try:
            handle = os.open(folder / LOCK, os.O_WRONLY)
        except OSError:  # another user's, or one that is being made
            continue
        try:
            if take_lock(handle) is Lock.OURS:
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(handle)
