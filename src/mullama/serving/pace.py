"""Who calls -> whether another request may start now: so many a minute, and so many at a time."""

import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mullama.serving.refusals import RETRY_SECONDS, ApiError

TRIES, TRIES_A_MINUTE = 10, 6
"""Passwords or keys that one address may try at once, and how many more after that."""

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
        unit: str = "requests",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`per_minute` 0 is no limit; `burst` requests may come at once, by default ten seconds' worth.

        `unit` is what is counted, for those that are told.
        """
        self._per_second = per_minute / 60
        self._burst = burst or max(1.0, self._per_second * BURST_SECONDS)
        self._max_requests, self._max_per_caller = max_requests, max_per_caller
        self._unit, self._clock = unit, clock
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
        self.take(caller)
        self._running[caller] += 1
        try:
            yield
        finally:
            self._running[caller] -= 1
            if not self._running[caller]:
                del self._running[caller]

    def take(self, caller: str) -> None:
        """Count one that takes no time; raises ApiError where it comes too early."""
        if not self._per_second:
            return
        level = self._level(caller)
        self._buckets.pop(caller, None)
        self._buckets[caller] = (level - 1 if level >= 1 else level, self._clock())
        if len(self._buckets) > MAX_CALLERS:
            self._buckets.popitem(last=False)
        self._require(level)

    def require(self, caller: str) -> None:
        """Raise what `take` would, without counting."""
        if self._per_second:
            self._require(self._level(caller))

    def _level(self, caller: str) -> float:
        """Of the caller's bucket, which fills at the rate, and from which each request takes one."""
        now = self._clock()
        level, since = self._buckets.get(caller, (self._burst, now))
        return min(self._burst, level + (now - since) * self._per_second)

    def _require(self, level: float) -> None:
        if level < 1:
            wait = (1 - level) / self._per_second
            raise _too_many(f"more than {self._per_second * 60:g} {self._unit} a minute", wait)


def tries(what: str, *, clock: Callable[[], float] = time.monotonic) -> Pace:
    """How often one address may try passwords or keys."""
    return Pace(
        per_minute=TRIES_A_MINUTE,
        burst=TRIES,
        max_requests=100,
        max_per_caller=TRIES,
        unit=what,
        clock=clock,
    )


def _too_many(message: str, wait: float) -> ApiError:
    return ApiError(429, f"{message}: try again later", code="rate_limit", retry_after=wait)
