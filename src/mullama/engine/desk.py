"""Who may come in, who is still here, and whose time is over. Knows neither songs nor models.

No thread calls a ticket while it holds the lock: a ticket calls back here while it holds its own.
"""

import threading
import time
from collections import Counter

from mullama.answer.answer import Answer
from mullama.answer.choice import Choice
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
        self._deadlines: dict[Ticket, float] = {}
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
            self._deadlines.pop(ticket, None)
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
        self._deadlines[ticket] = time.monotonic() + timeout
        if self._clock is None:
            self._clock = threading.Thread(
                target=self._keep_time, name="mullama-clock", daemon=True
            )
            self._clock.start()
        self._changed.notify_all()

    def _keep_time(self) -> None:
        """Refuse those whose time is over, until the desk is closed and empty."""
        while (late := self._late()) is not None:
            for ticket in late:
                ticket.finish(
                    TimeLimit("the time for this question is over: allow more, or ask later")
                )

    def _late(self) -> list[Ticket] | None:
        """Wait until someone's time is over; None once nobody is here, nor will come."""
        with self._changed:
            while not (self.closed and not self._here):
                now = time.monotonic()
                if late := [ticket for ticket, end in self._deadlines.items() if end <= now]:
                    return late
                self._changed.wait(min(self._deadlines.values(), default=now + 3600) - now)
            return None


def _outcome(ticket: Ticket) -> str:
    outcome = ticket.outcome
    if isinstance(outcome, Choice):
        return "choice"
    return outcome.finish_reason if isinstance(outcome, Answer) else type(outcome).__name__
