"""When the next request to an endpoint may be sent. Does not know what it asks."""

import asyncio
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

MAX_HOLD = 600.0
"""Seconds; a server that wants to be left alone for longer is asked again then."""


class Pace:
    """Shared by all requests of an endpoint; times in seconds."""

    def __init__(self, requests_per_minute: float = 0.0) -> None:
        self._gap = min(60.0 / requests_per_minute, MAX_HOLD) if requests_per_minute else 0.0
        self._next = 0.0

    async def turn(self) -> None:
        """Wait until a request may be sent."""
        while True:
            now = time.monotonic()
            if now >= self._next:
                self._next = max(now, self._next) + self._gap if self._gap else self._next
                return
            if self._gap:
                mine, self._next = self._next, self._next + self._gap
                await asyncio.sleep(mine - now)
                return
            await asyncio.sleep(self._next - now)

    def hold(self, seconds: float) -> None:
        """Send nothing for so long."""
        self._next = max(self._next, time.monotonic() + seconds)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response asks to wait (RFC 9110, 10.2.3: seconds or a date); None if none.

    Never more than MAX_HOLD.
    """
    if milliseconds := headers.get("retry-after-ms"):
        return _seconds(milliseconds, 1000)
    text = headers.get("retry-after")
    if not text:
        return None
    seconds = _seconds(text, 1)
    if seconds is not None:
        return seconds
    try:
        return _bounded(parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _seconds(text: str, per_second: int) -> float | None:
    try:
        value = float(text) / per_second
    except ValueError:
        return None
    return _bounded(value) if 0 <= value < float("inf") else None


def _bounded(seconds: float) -> float:
    return min(max(0.0, seconds), MAX_HOLD)
