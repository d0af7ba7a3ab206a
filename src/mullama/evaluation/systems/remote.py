"""What systems behind a network share: when one is given up, and a place where asyncio runs."""

import asyncio
import socket
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from threading import Thread, current_thread
from typing import Any, TypeVar
from urllib.parse import urlsplit

from mullama.errors import MuLlamaError
from mullama.musicqa.writers.address import EndpointError

T = TypeVar("T")
GIVE_UP_AFTER = 8
"""So many requests one after another that get no answer, and an endpoint is asked no more."""
JOIN_SECONDS = 5.0
CONNECT_SECONDS = 5.0


class UnansweredError(MuLlamaError):
    """One request got no answer from an endpoint that answers others."""


def unreachable(url: str) -> list[str]:
    """One line where no server listens at an address; nothing is sent to it."""
    parts = urlsplit(url)
    port = parts.port or {"https": 443}.get(parts.scheme, 80)
    try:
        with socket.create_connection((parts.hostname or "", port), CONNECT_SECONDS):
            return []
    except OSError as error:
        return [f"{url} cannot be reached: {error.strerror or error}"]


class Outage:
    """Sees an endpoint die, so that what is left fails at once instead of after many tries each."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._failures = 0

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Around one request; an EndpointError from it counts, any other error does not.

        Raises EndpointError without asking where the endpoint was given up.
        """
        if self._failures >= GIVE_UP_AFTER:
            raise EndpointError(
                f"{self._url} was given up after {self._failures} requests without an answer"
            )
        try:
            yield
        except EndpointError:
            self._failures += 1
            raise
        self._failures = 0


class LoopThread:
    """An event loop in a thread of its own, which any thread may give work to."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What it returns or raises."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def stop(self, last: Coroutine[Any, Any, None]) -> None:
        """End the loop after one thing more."""
        asyncio.run_coroutine_threadsafe(self._end(last), self._loop)
        if current_thread() is not self._thread:  # garbage may be collected in any thread
            self._thread.join(JOIN_SECONDS)

    async def _end(self, last: Coroutine[Any, Any, None]) -> None:
        try:
            await last
        finally:
            self._loop.stop()

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()
