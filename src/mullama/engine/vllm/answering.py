"""Tickets whose songs are heard become answers of a vLLM, which makes the batches.

It has the calls of `mullama.engine.answering.Answering`. Everything but those calls is done on the loop.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from functools import partial

from mullama.choosing import choose
from mullama.engine.fair_queue import FairQueue
from mullama.engine.ticket import Ticket
from mullama.engine.vllm.listener import Listener
from mullama.errors import Cancelled, Closed, EngineFailed, Unavailable
from mullama.printable import printable

_log = logging.getLogger("mullama.engine")


class FarAnswering:
    """Asks for tickets, as many at a time as the server is to have."""

    def __init__(self, mu: Listener, batch_size: int, begin: Callable[[Ticket], None]) -> None:
        """`begin` is told of each ticket that is asked about."""
        self.tokens = 0
        """Made, in all."""
        self._mu, self._far, self._size, self._begin = mu, mu.far, batch_size, begin
        self._ready: FairQueue[Ticket] = FairQueue()
        self._running: dict[Ticket, asyncio.Task[None]] = {}

    @property
    def running(self) -> int:
        """Requests at the server."""
        return len(self._running)

    def put(self, ticket: Ticket) -> None:
        """Answer this one, whose song is heard."""
        self._far.call(self._put, ticket)

    def leave(self, ticket: Ticket) -> None:
        """A ticket is done: the server is told, should it be at work for it."""
        self._far.call(self._leave, ticket)

    def close(self) -> None:
        """Close the connection; all tickets are done."""
        self._far.close()

    def _put(self, ticket: Ticket) -> None:
        if not ticket.done:
            self._ready.put(ticket.caller, ticket)
            self._fill()

    def _leave(self, ticket: Ticket) -> None:
        self._ready.discard(ticket.caller, ticket)
        if ticket in self._running:
            self._running[ticket].cancel()

    def _fill(self) -> None:
        while len(self._ready) and len(self._running) < self._size:
            ticket = self._ready.pop(Counter(one.caller for one in self._running))
            if not ticket.done:
                task = self._far.loop.create_task(self._answer(ticket))
                self._running[ticket] = task
                task.add_done_callback(partial(self._ended, ticket))

    def _ended(self, ticket: Ticket, _: object) -> None:
        del self._running[ticket]
        self._fill()

    async def _answer(self, ticket: Ticket) -> None:
        self._begin(ticket)
        try:
            await (self._choose(ticket) if ticket.choices else self._write(ticket))
        except asyncio.CancelledError:
            ticket.finish(Closed("the engine closed before this question was answered: ask again"))
            raise
        except Exception as error:  # noqa: BLE001  whatever it is, its caller is told
            if isinstance(error, (EngineFailed, Unavailable)):
                _log.error("%s", printable(str(error)))  # clients are told less
            ticket.finish(error)

    async def _write(self, ticket: Ticket) -> None:
        assert ticket.song is not None
        async with aclosing(self._far.tokens(ticket.row, ticket.song)) as tokens:
            async for token in tokens:
                self.tokens += 1
                ticket.add(token)
        cut = ticket.row.finished == "length"
        ticket.finish(self._mu.answer(ticket.song, ticket.question.text, ticket.tokens, cut=cut))

    async def _choose(self, ticket: Ticket) -> None:
        def wanted() -> None:
            if ticket.done:
                raise Cancelled("nobody waits for this choice any more")

        assert ticket.song is not None and ticket.choices is not None  # noqa: PT018
        (found,) = await asyncio.to_thread(
            choose,
            self._mu,
            [ticket.song],
            [ticket.question.text],
            [ticket.choices.texts],
            ticket.choices.min_probability,
            between=wanted,
        )
        ticket.finish(found)
