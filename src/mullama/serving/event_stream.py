"""Pieces of an answer as server-sent events, kept alive by comments, closed whatever happens.

The format is the HTML standard's (9.2, Server-sent events), ended by OpenAI's `data: [DONE]`.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from mullama.serving.refusals import ApiError

PING_SECONDS = 10.0
"""A stream is never silent for longer, so that nothing on the way takes it for dead."""
FIRST_SECONDS = 10.0
"""How long the status is held back, so that what cannot be answered is refused with one of its own."""
PING = b": still at it\n\n"
DONE = b"data: [DONE]\n\n"


def event(body: dict[str, Any]) -> bytes:
    """A JSON value as one event."""
    return b"data: " + json.dumps(body, separators=(",", ":")).encode() + b"\n\n"


class EventStream:
    """Runs an iterator of events, one ahead."""

    def __init__(self, events: AsyncGenerator[bytes, None]) -> None:
        self._events = events
        self._next = asyncio.ensure_future(self._advance())

    async def ready(self) -> None:
        """Wait for the first event, though not for long; raises what came in its place."""
        await asyncio.wait({self._next}, timeout=FIRST_SECONDS)
        if self._next.done():
            self._next.result()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.wait({self._next}, timeout=PING_SECONDS)
            if not self._next.done():
                yield PING
                continue
            try:
                piece = self._next.result()
            except ApiError as error:
                yield event(error.body)
                return
            if piece is None:
                return
            self._next = asyncio.ensure_future(self._advance())
            yield piece

    async def aclose(self) -> None:
        """Stop, wherever it is."""
        self._next.cancel()
        await asyncio.gather(self._next, return_exceptions=True)
        await self._events.aclose()

    async def _advance(self) -> bytes | None:
        return await anext(self._events, None)


class EventResponse(StreamingResponse):
    """Sends a stream; then, or when its client has left, closes what it was made of."""

    def __init__(self, stream: EventStream, closing: AsyncExitStack) -> None:
        super().__init__(
            stream.__aiter__(),
            media_type="text/event-stream",
            headers={"cache-control": "no-cache", "x-accel-buffering": "no"},
        )
        self._closing = closing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._closing.aclose()
