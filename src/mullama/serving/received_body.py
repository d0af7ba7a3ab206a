"""A request's body as it comes in: so much at most, so long at most, and within the room that there is."""

import asyncio
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from mullama.serving.refusals import ApiError
from mullama.serving.room import NoRoomError
from mullama.serving.sounds import store_full

DISCARDED_BYTES, DISCARD_SECONDS = 32 << 20, 5.0
"""How much of a refused body is still read, so that its client comes to read the refusal."""
SLOW = 408


def _take_none(size: int) -> None:
    """Room for everything."""


class ReceivedBody:
    """Receives a request's body, so much at most and so long at most."""

    def __init__(self, receive: Receive, headers: Headers) -> None:
        self._receive, self._stated = receive, headers.get("content-length", "0")
        self.complete = "transfer-encoding" not in headers and self._stated == "0"
        """Whether all of it was received."""
        self._bytes, self._max_bytes = 0, 0
        self._seconds, self._end = 0.0, 0.0
        self._take: Callable[[int], None] = _take_none

    def limit(
        self, max_bytes: int, seconds: float, take: Callable[[int], None] = _take_none
    ) -> None:
        """From now on; `take` finds room for each piece. Raises ApiError where the header states too much."""
        self._max_bytes, self._seconds, self._take = max_bytes, seconds, take
        self._end = time.monotonic() + seconds
        if self._stated.isdigit() and int(self._stated[:20]) > max_bytes:
            raise self._too_large()

    async def __call__(self) -> Message:
        """What an app receives. Raises ApiError."""
        if self.complete:
            return await self._receive()
        try:
            async with asyncio.timeout(self._end - time.monotonic()):
                message = await self._next()
        except TimeoutError as error:
            raise ApiError(
                SLOW, f"the body did not come within {self._seconds:g} s", code="slow_request"
            ) from error
        if self._bytes > self._max_bytes:
            raise self._too_large()
        try:
            self._take(len(message.get("body", b"")))
        except NoRoomError as error:
            raise store_full("body") from error
        return message

    async def read(self) -> Receive:
        """Read all of it; what gives it to the app, as one piece, and then goes on receiving."""
        pieces: list[bytes] = []
        whole: list[Message] = []
        while not self.complete:
            message = await self()
            if message["type"] == "http.disconnect":
                whole = [message]
            pieces.append(message.get("body", b""))
        whole = whole or [{"type": "http.request", "body": b"".join(pieces), "more_body": False}]

        async def receive() -> Message:
            return whole.pop() if whole else await self._receive()

        return receive

    async def discard(self) -> None:
        """Read on for a moment, so that the client comes to read why it is refused."""
        end = self._bytes + DISCARDED_BYTES
        try:
            async with asyncio.timeout(DISCARD_SECONDS):
                while not self.complete and self._bytes < end:
                    await self._next()
        except TimeoutError:
            return

    async def _next(self) -> Message:
        message = await self._receive()
        self.complete = not message.get("more_body", False)
        self._bytes += len(message.get("body", b""))
        return message

    def _too_large(self) -> ApiError:
        return ApiError(413, f"the body has more than {self._max_bytes} bytes", code="too_large")
