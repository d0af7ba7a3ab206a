"""A digest -> the song with that content, encoded once however many callers ask for it at once.

Bounded in bytes: the least recently used song goes first. What cannot be read as
music is remembered too. Knows neither files nor models.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future

from mullama.errors import AudioError
from mullama.song import Song

REFUSAL_BYTES = 1000
"""What a remembered refusal counts as."""


class UnreadableError(AudioError):
    """What cannot be read as music, by the name under which that was found out."""

    def __init__(self, name: str, error: AudioError) -> None:
        super().__init__(str(error))
        self.name, self.kind = name, type(error)

    def under(self, name: str) -> AudioError:
        """The same of the same content under another name."""
        return self.kind(str(self).replace(self.name, name, 1))


class SongCache:
    """Least recently used songs, shared by threads."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self._songs: OrderedDict[str, Future[Song]] = OrderedDict()
        self._sizes: dict[str, int] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, digest: str, listen: Callable[[], Song]) -> Song:
        """The song of that digest; the first caller listens, the others wait for it.

        Raises what `listen` raised: an AudioError is remembered, anything else is tried again.
        """
        future, mine = self.claim(digest)
        if mine:
            self.fill(digest, future, listen)
        return future.result()

    def claim(self, digest: str) -> "tuple[Future[Song], bool]":
        """The song of that digest, now or later; and whether the caller has to `fill` it."""
        with self._lock:
            future = self._songs.get(digest)
            mine = future is None
            if future is None:
                future = self._songs[digest] = Future()
            self._songs.move_to_end(digest)
        return future, mine

    def fill(self, digest: str, future: "Future[Song]", listen: Callable[[], Song]) -> None:
        """Listen for all who claimed that digest; what is raised is theirs to see."""
        try:
            song = listen()
        except BaseException as error:  # noqa: BLE001  the others that wait are told, whatever it was
            with self._lock:
                if isinstance(error, AudioError):
                    self._note(digest, REFUSAL_BYTES)
                else:
                    del self._songs[digest]
            future.set_exception(error)
        else:
            with self._lock:
                self._note(digest, song.nbytes)
            future.set_result(song)

    @property
    def count(self) -> int:
        """Songs and refusals that are remembered."""
        return len(self._sizes)

    @property
    def nbytes(self) -> int:
        """Memory that they count as."""
        return self._bytes

    def _note(self, digest: str, size: int) -> None:
        """Count a song that is complete, and drop old ones; those still being encoded stay."""
        self._sizes[digest] = size
        self._bytes += size
        for old in list(self._songs):
            if self._bytes <= self.max_bytes:
                return
            if old in self._sizes and old != digest:
                del self._songs[old]
                self._bytes -= self._sizes.pop(old)
