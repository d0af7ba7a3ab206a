"""Who calls -> whether another request may start now: so many a minute, and so many at a time."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mullama.serving.refusals import RETRY_SECONDS, ApiError

MAX_CALLERS = 10_000
"""Whose rate is remembered; the one that has been quiet longest is forgotten first."""
BURST_SECONDS = 10.0
"""A caller may send at once what the rate grants in this time, and at least one request."""


class Pace:
    """Counts requests; used from one event loop."""

    def __init__(
        self,
        *,
        per_minute: float,
        max_requests: int,
        max_per_caller: int,
        burst: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`per_minute` 0 is no limit; `burst` requests may come at once, by default ten seconds' worth."""
        self._per_second = per_minute / 60
        self._burst = burst or max(1.0, self._per_second * BURST_SECONDS)
        self._max_requests, self._max_per_caller = max_requests, max_per_caller
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._running: Counter[str] = Counter()

    @property
    def running(self) -> int:
        """Requests that have not ended."""
        return self._running.total()

    @contextmanager
    def request(self, caller: str) -> Iterator[None]:
        """Count one request while it lasts; raises ApiError where it is one too many."""
        if self.running >= self._max_requests:
            raise _too_many("the server has as many requests as it takes at a time", RETRY_SECONDS)
        if self._running[caller] >= self._max_per_caller:
            raise _too_many(
                f"only {self._max_per_caller} requests of one caller are taken at a time",
                RETRY_SECONDS,
            )
        self._take(caller)
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running[caller] -= 1
            if not self._running[caller]:
                del self._running[caller]

    def _take(self, caller: str) -> None:
        """One token from the caller's bucket, which fills at the rate."""
        if not self._per_second:
            return
        now = self._clock()
        level, since = self._buckets.pop(caller, (self._burst, now))
        level = min(self._burst, level + (now - since) * self._per_second)
        self._buckets[caller] = (level - 1 if level >= 1 else level, now)
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        if level < 1:
            wait = (1 - level) / self._per_second
            raise _too_many(f"more than {self._per_second * 60:g} requests a minute", wait)


def _too_many(message: str, wait: float) -> ApiError:
    return ApiError(429, f"{message}: try again later", code="rate_limit", retry_after=wait)
