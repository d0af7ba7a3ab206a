"""A visit and an engine: music is heard, questions are answered piece by piece, or given up.

Each step changes the visit and yields, so that a page can show it. Knows no gradio.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from typing import Any

from mullama.answer.answer import CAPTIONS
from mullama.engine import Engine, Question, Ticket
from mullama.errors import Cancelled, MuLlamaError
from mullama.serving.demo.visit import Conversation, Turn, Visit
from mullama.serving.refusals import shown
from mullama.song import Song

MAX_QUESTION = 2000
"""Characters."""
NOTHING_YET = "Choose music first: drop a file, record something, or take one of the examples."


class Talk:
    """What every visitor shares: one engine, and whose answer is being made."""

    def __init__(
        self, engine: Engine, *, timeout: float | None = None, max_answer: int | None = None
    ) -> None:
        """`timeout` (seconds) is for waiting, listening and answering together; an answer has
        `max_answer` tokens at most.
        """
        self.engine = engine
        self._timeout, self._max_answer = timeout, max_answer
        self._running: dict[str, Ticket] = {}
        self._lock = threading.Lock()

    def hear(self, visit: Visit, visitor: str, path: str, name: str) -> Iterator[None]:
        """Listen to a file and open a conversation about it; what cannot be read is noted.

        It waits its turn, ends in time and is given up as any question, for it is put as one.
        """
        visit.notice, visit.listening = "", name
        yield
        begun = time.perf_counter()
        try:
            song = self._heard(visitor, path)
        except Cancelled:
            visit.notice = f"{name} was not listened to: stopped."
        except MuLlamaError as error:
            visit.notice = str(error).replace(path, name)
        else:
            took = time.perf_counter() - begun
            warnings = tuple(warning.replace(path, name) for warning in song.warnings)
            heard = (song.seconds_heard, song.seconds_total, took, warnings)
            visit.open(Conversation(path, name, *heard))
        finally:
            visit.listening = ""
        yield

    def ask(
        self, visit: Visit, visitor: str, question: str, sampling: Mapping[str, Any]
    ) -> Iterator[Turn | None]:
        """Answer about the visit's music, yielding whenever there is more; None where nothing began.

        `visitor` names the tab. A question that comes before the last one's answer has ended takes
        its place.
        """
        self.stop(visitor)
        visit.notice = ""
        conversation, question = visit.conversation, question.strip()
        if len(question) > MAX_QUESTION:
            visit.notice = f"A question has {MAX_QUESTION} characters at most."
            yield None
            return
        if conversation is None or not question:
            visit.notice = NOTHING_YET if conversation is None else "Type a question first."
            yield None
            return
        sampling = self._bounded(sampling)
        turn = Turn(question, options={k: v for k, v in sampling.items() if v is not None})
        try:
            ticket = self.engine.submit(
                Question(conversation.path, question),
                caller=visitor,
                timeout=self._timeout,
                **sampling,
            )
        except MuLlamaError as error:
            visit.notice = shown(error)
            yield None
            return
        self._begin(visitor, ticket)
        conversation.turns.append(turn)
        try:
            yield from self._follow(visit, conversation, turn, ticket)
        finally:
            ticket.cancel()  # nobody reads any more; without effect where it has ended
            self._end(visitor, ticket)

    def stop(self, visitor: str) -> None:
        """Give up what is being made for this tab, if anything; what is there of an answer stays."""
        with self._lock:
            ticket = self._running.pop(visitor, None)
        if ticket is not None:
            ticket.cancel()

    def _heard(self, visitor: str, path: str) -> Song:
        """Raises MuLlamaError."""
        self.stop(visitor)
        ticket = self.engine.submit(
            Question(path, CAPTIONS["short"]),
            caller=visitor,
            timeout=self._timeout,
            max_new_tokens=1,
        )
        self._begin(visitor, ticket)
        try:
            ticket.result()
        finally:
            self._end(visitor, ticket)
        assert ticket.song is not None
        return ticket.song

    def _begin(self, visitor: str, ticket: Ticket) -> None:
        with self._lock:
            self._running[visitor] = ticket

    def _end(self, visitor: str, ticket: Ticket) -> None:
        with self._lock:
            if self._running.get(visitor) is ticket:
                del self._running[visitor]

    def _bounded(self, sampling: Mapping[str, Any]) -> Mapping[str, Any]:
        if self._max_answer is None:
            return sampling
        asked = sampling.get("max_new_tokens") or self.engine.mu.sampling().max_new_tokens
        return {**sampling, "max_new_tokens": min(asked, self._max_answer)}

    def _follow(
        self, visit: Visit, conversation: Conversation, turn: Turn, ticket: Ticket
    ) -> Iterator[Turn | None]:
        begun = time.perf_counter()
        try:
            yield turn
            for piece in ticket.pieces():
                turn.answer += piece
                turn.tokens, turn.seconds = len(ticket.tokens), time.perf_counter() - begun
                yield turn
            answer = ticket.result()
            turn.answer, turn.ended = answer.text, answer.finish_reason
            turn.tokens = len(answer.token_ids)
        except Cancelled:
            turn.ended = "cancelled"
        except MuLlamaError as error:
            turn.ended = "failed"
            visit.notice = shown(error).replace(conversation.path, conversation.name)
        except GeneratorExit:
            turn.ended = "cancelled"
            raise
        turn.known, turn.seconds = bool(ticket.song_known), time.perf_counter() - begun
        yield turn
