"""A ticket of the engine -> its answer as it comes, for an event loop; with stop texts and log-probabilities.

The engine's thread hands events over and never waits for a client. Whoever stops reading cancels.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

from mullama.answer.choice import Choice
from mullama.answer.decoding import Token
from mullama.answer.pieces import Pieces
from mullama.engine import Ticket, TicketEvent


@dataclass(frozen=True)
class TokenText:
    """A token that was taken: the texts of all of them make the answer."""

    text: str
    """Empty where a character is not complete yet; the token that completes it has it."""
    logprob: float
    likeliest: tuple["TokenText", ...] = ()
    """What the model held most likely here; with the words of the token that was taken, if it is one."""


@dataclass(frozen=True)
class Delta:
    """What an answer has more than before."""

    text: str
    tokens: tuple[TokenText, ...]
    """Those that the text comes from."""
    made: int
    """Tokens so far, with those behind a stop text."""
    finish_reason: str | None
    """`stop` or `length` with the last delta, else None."""


async def deltas(
    ticket: Ticket,
    text: Callable[[Sequence[int]], str],
    stops: Sequence[str] = (),
    token_text: Callable[[int], str] = str,
) -> AsyncIterator[Delta]:
    """The answer piece by piece; ends before the first of `stops` that comes up.

    `text` is what tokens say, `token_text` what one says that was not taken. Raises what
    `Ticket.result` raises. Leaving early cancels the ticket.
    """
    held, cut = _TokenQueue(text, token_text), StopText(stops)
    try:
        async for event in _events(ticket):
            new = cut.add(event.piece)
            held.push(ticket.tokens[held.pushed : event.tokens])
            if cut.found:
                yield Delta(new, tuple(held.pop(cut.shown)), event.tokens, "stop")
                return
            if event.done:
                reason = ticket.result().finish_reason
                yield Delta(new + cut.rest(), tuple(held.pop(None)), event.tokens, reason)
                return
            if new:
                yield Delta(new, tuple(held.pop(cut.shown)), event.tokens, None)
    finally:
        ticket.cancel()


async def chosen(ticket: Ticket) -> Choice:
    """The answer to a question with choices. Raises what `Ticket.choice` raises; leaving cancels."""
    try:
        async for _ in _events(ticket):
            pass
        return ticket.choice()
    finally:
        ticket.cancel()


async def _events(ticket: Ticket) -> AsyncIterator[TicketEvent]:
    """What becomes known of a ticket, up to its end."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[TicketEvent] = asyncio.Queue()

    def tell(event: TicketEvent) -> None:
        loop.call_soon_threadsafe(queue.put_nowait, event)

    ticket.add_listener(tell)
    while True:
        event = await queue.get()
        yield event
        if event.done:
            return


class StopText:
    """Lets text through up to the first stop text; holds back what may turn out to begin one."""

    def __init__(self, stops: Sequence[str]) -> None:
        self._stops = stops
        self._longest = max(map(len, stops), default=0)
        self._held = ""
        self.shown = 0
        """Characters let through."""
        self.found = False

    def add(self, piece: str) -> str:
        """What is certain not to belong to a stop text."""
        self._held += piece
        places = [place for stop in self._stops if (place := self._held.find(stop)) >= 0]
        if places:
            self.found = True
            return self._show(min(places))
        return self._show(len(self._held) - self._beginning())

    def rest(self) -> str:
        """What was held back, once no more text comes."""
        return self._show(len(self._held))

    def _beginning(self) -> int:
        """How many of the last characters may begin a stop text."""
        for size in range(min(self._longest - 1, len(self._held)), 0, -1):
            if any(stop.startswith(self._held[-size:]) for stop in self._stops):
                return size
        return 0

    def _show(self, size: int) -> str:
        shown, self._held = self._held[:size], self._held[size:]
        self.shown += size
        return shown


class _TokenQueue:
    """Tokens with their texts, given out along with the text that they make."""

    def __init__(
        self, text: Callable[[Sequence[int]], str], token_text: Callable[[int], str]
    ) -> None:
        self._pieces, self._token_text = Pieces(text), token_text
        self._waiting: list[tuple[int, TokenText]] = []
        self.pushed = 0
        self._characters = 0

    def push(self, tokens: Sequence[Token]) -> None:
        """Tokens in their order."""
        for token in tokens:
            piece = self._pieces.add(token.id)
            likeliest = tuple(
                TokenText(piece if other == token.id else self._token_text(other), logprob)
                for other, logprob in token.likeliest
            )
            self._waiting.append((self._characters, TokenText(piece, token.logprob, likeliest)))
            self._characters += len(piece)
        self.pushed += len(tokens)

    def pop(self, shown: int | None) -> Iterator[TokenText]:
        """Those that begin before the character `shown`; None: all of them."""
        while self._waiting and (shown is None or self._waiting[0][0] < shown):
            yield self._waiting.pop(0)[1]
