"""Who may come in, who is still here, and whose time is over. Knows neither songs nor models.

No thread calls a ticket while it holds the lock: a ticket calls back here while it holds its own.
"""

import heapq
import threading
import time
from collections import Counter

from mullama.answer.answer import Answer
from mullama.engine.ticket import Ticket
from mullama.errors import Closed, Overloaded, TimeLimit


class Desk:
    """Every ticket that was accepted, until it is done."""

    def __init__(self, max_waiting: int) -> None:
        self.max_waiting = max_waiting
        self.outcomes: Counter[str] = Counter()
        self.closed = False
        self._here: set[Ticket] = set()
        self._waiting: set[Ticket] = set()
        self._deadlines: list[tuple[float, int, Ticket]] = []
        self._changed = threading.Condition()
        self._clock: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """Tickets that are here and not in the batch."""
        return len(self._waiting)

    def accept(self, ticket: Ticket, timeout: float | None) -> None:
        """Let a ticket in. Raises Closed, Overloaded."""
        with self._changed:
            if self.closed:
                raise Closed("no more questions are taken: the service is closing")
            if len(self._waiting) >= self.max_waiting:
                raise Overloaded(f"{self.max_waiting} questions are waiting: ask again later")
            self._here.add(ticket)
            self._waiting.add(ticket)
            if timeout is not None:
                self._watch(ticket, timeout)

    def begin(self, ticket: Ticket) -> None:
        """It has a place in the batch."""
        with self._changed:
            self._waiting.discard(ticket)

    def leave(self, ticket: Ticket) -> None:
        """It is done."""
        with self._changed:
            self._here.discard(ticket)
            self._waiting.discard(ticket)
            self.outcomes[_outcome(ticket)] += 1
            self._changed.notify_all()

    def close(self, *, drain: bool, timeout: float | None) -> None:
        """Accept nothing more; wait for those who are here, or refuse them with Closed."""
        with self._changed:
            self.closed = True
            if drain:
                self._changed.wait_for(lambda: not self._here, timeout)
            left = list(self._here)
        for ticket in left:
            ticket.finish(Closed("the service closed before this question was answered: ask again"))
        with self._changed:
            self._changed.notify_all()

    def _watch(self, ticket: Ticket, timeout: float) -> None:
        entry = (time.monotonic() + timeout, id(ticket), ticket)
        heapq.heappush(self._deadlines, entry)
        if self._clock is None:
            self._clock = threading.Thread(
                target=self._keep_time, name="mullama-clock", daemon=True
            )
            self._clock.start()
        self._changed.notify_all()

    def _keep_time(self) -> None:
        """Refuse those whose time is over, until the desk is closed and empty."""
        while True:
            with self._changed:
                if self.closed and not self._here:
                    return
                while self._deadlines and self._deadlines[0][2].done:
                    heapq.heappop(self._deadlines)
                rest = self._deadlines[0][0] - time.monotonic() if self._deadlines else None
                if rest is None or rest > 0:
                    self._changed.wait(rest)
                    continue
                late = heapq.heappop(self._deadlines)[2]
            late.finish(TimeLimit("the time for this question is over: allow more, or ask later"))


def _outcome(ticket: Ticket) -> str:
    outcome = ticket.outcome
    return outcome.finish_reason if isinstance(outcome, Answer) else type(outcome).__name__
