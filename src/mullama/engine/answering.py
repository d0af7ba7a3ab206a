"""Tickets whose songs are heard become answers, in one batch that they join and leave at any step.

Questions with choices are read at once, one between two steps: nobody waits for more than one of them.
"""

import threading
from collections import Counter, deque
from collections.abc import Callable, Sequence

from mullama.answer.decoding import Token
from mullama.answer.rolling import Row
from mullama.engine.fair_queue import FairQueue
from mullama.engine.ticket import Ticket
from mullama.song import MuLlama

Made = Sequence[tuple[Row, Token | None]]


class Answering:
    """The thread that decodes."""

    def __init__(self, mu: MuLlama, batch_size: int, begin: Callable[[Ticket], None]) -> None:
        """`begin` is told of each ticket that has found a place in the batch."""
        self.tokens = 0
        """Made, in all."""
        self._mu, self._size, self._begin = mu, batch_size, begin
        self._batch = mu.batch()
        self._running: dict[Row, Ticket] = {}
        self._choosing: deque[Ticket] = deque()
        self._ready: FairQueue[Ticket] = FairQueue()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._work, name="mullama-decode", daemon=True).start()

    @property
    def running(self) -> int:
        """Rows in the batch."""
        return len(self._running)

    @property
    def _ended(self) -> bool:
        with self._changed:
            return self._closed and not (self._running or self._choosing or len(self._ready))

    def put(self, ticket: Ticket) -> None:
        """Answer this one, whose row has its shifts."""
        with self._changed:
            self._ready.put(ticket.caller, ticket)
            self._changed.notify_all()

    def leave(self, ticket: Ticket) -> None:
        """A ticket is done; in the batch, that is seen before the next step."""
        with self._changed:
            self._ready.discard(ticket.caller, ticket)

    def close(self) -> None:
        """Let the thread end, once nothing waits and nothing runs."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _work(self) -> None:
        while not self._ended:
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001  whatever it is, its callers are told
                broken, self._running = list(self._running.values()), {}
                self._batch = self._mu.batch()
                for ticket in broken:
                    ticket.finish(error)

    def _turn(self) -> None:
        self._drop_done()
        newcomers = self._newcomers()
        self._choosing.extend(ticket for ticket in newcomers if ticket.choices)
        if written := [ticket for ticket in newcomers if not ticket.choices]:
            self._admit(written)
        if self._choosing:
            self._choose(self._choosing.popleft())
        if self._running:
            self._hand_out(self._batch.step())

    def _newcomers(self) -> list[Ticket]:
        """As many as there is room for; waits while there is nothing else to do."""
        with self._changed:
            if not self._running and not self._choosing:
                self._changed.wait_for(lambda: len(self._ready) or self._closed)
            here = [*self._running.values(), *self._choosing]
            served = Counter(ticket.caller for ticket in here)
            chosen: list[Ticket] = []
            while len(self._ready) and len(here) + len(chosen) < self._size:
                ticket = self._ready.pop(served)
                if not ticket.done:
                    chosen.append(ticket)
                    served[ticket.caller] += 1
            return chosen

    def _choose(self, ticket: Ticket) -> None:
        """All at once: it takes no place in the batch."""
        if ticket.done:
            return
        self._begin(ticket)
        assert ticket.song is not None and ticket.choices is not None  # noqa: PT018
        try:
            found = self._mu.ask(
                [ticket.song],
                [ticket.question.text],
                choices=[ticket.choices.texts],
                min_probability=ticket.choices.min_probability,
            )
            ticket.finish(found[0])
        except Exception as error:  # noqa: BLE001  whatever it is, its caller is told
            ticket.finish(error)

    def _admit(self, tickets: Sequence[Ticket]) -> None:
        """Read their prompts together; where that fails, one by one, so that it is one's own fault."""
        for ticket in tickets:
            self._begin(ticket)
            self._running[ticket.row] = ticket
        try:
            made = self._batch.admit([ticket.row for ticket in tickets])
        except Exception as error:  # noqa: BLE001  whatever it is, its caller is told
            if len(tickets) == 1:
                del self._running[tickets[0].row]
                tickets[0].finish(error)
                return
            for ticket in tickets:
                self._admit([ticket])
        else:
            self._hand_out(made)

    def _hand_out(self, made: Made) -> None:
        for row, token in made:
            ticket = self._running[row]
            if token is not None:
                self.tokens += 1
                ticket.add(token)
            if row.finished is not None:
                del self._running[row]
                self._answer(ticket)

    def _answer(self, ticket: Ticket) -> None:
        assert ticket.song is not None
        cut = ticket.row.finished == "length"
        text = ticket.question.text
        try:
            ticket.finish(self._mu.answer(ticket.song, text, ticket.tokens, cut=cut))
        except Exception as error:  # noqa: BLE001  whatever it is, its caller is told
            ticket.finish(error)

    def _drop_done(self) -> None:
        """Rows whose tickets were cancelled, or whose time is over."""
        done = [row for row, ticket in self._running.items() if ticket.done]
        if done:
            self._batch.drop(done)
            for row in done:
                del self._running[row]
