"""Bytes that all requests may take together, of a disk or of memory. Threads may share one."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mullama.errors import MuLlamaError


class NoRoomError(MuLlamaError):
    """All of it is taken."""


class Room:
    """So many bytes at most."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self.taken = 0
        """Bytes, at this moment."""

    def take(self, size: int) -> None:
        """Raises NoRoomError, and then nothing is taken."""
        with self._lock:
            if self.taken + size > self._max_bytes:
                raise NoRoomError("there is no room for another sound at the moment")
            self.taken += size

    def give_back(self, size: int) -> None:
        """What was taken."""
        with self._lock:
            self.taken -= size

    @contextmanager
    def share(self) -> Iterator[Callable[[int], None]]:
        """A `take` whose bytes are given back at the end."""
        mine = 0

        def take(size: int) -> None:
            nonlocal mine
            self.take(size)
            mine += size

        try:
            yield take
        finally:
            self.give_back(mine)
