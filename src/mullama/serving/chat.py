"""A checked chat request -> its completion, or the events of its stream.

The sound is held, the tickets are cancelled, and the answer is counted, however the client leaves.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import ExitStack
from typing import Any

from mullama.answer import prompt
from mullama.answer.choice import Choice
from mullama.engine import Ticket
from mullama.errors import MuLlamaError
from mullama.serving import conversation
from mullama.serving.chat_request import ChatRequest
from mullama.serving.conversation import Asked
from mullama.serving.event_stream import DONE, event
from mullama.serving.refusals import ApiError, as_api_error
from mullama.serving.replies import Choice as AnswerChoice
from mullama.serving.replies import (
    Completion,
    Heard,
    Usage,
    choice,
    chosen_answer,
    chunk_choice,
    heard,
    usage,
    with_choices,
)
from mullama.serving.service import Service
from mullama.serving.ticket_stream import Delta, chosen, deltas

_log = logging.getLogger("mullama.serving")
Deltas = asyncio.Queue[tuple[int, Delta | Exception | None]]
"""Of all answers to one request: which one, and what of it; None where it has ended."""


class Chat:
    """One request on its way through the engine; an asynchronous context."""

    def __init__(self, service: Service, request: ChatRequest, *, caller: str, owner: str) -> None:
        """Raises ApiError for what is refused without looking at the sound."""
        self._service, self._request = service, request
        self._caller, self._owner = caller, owner
        require_model(service, request.model)
        self._mu = service.engine.mu
        self._asked: Asked = conversation.read(
            request.messages, max_question=service.limits.max_question
        )
        self._count = request.n or 1
        if self._count > service.limits.max_choices:
            raise ApiError(
                400,
                f"n is at most {service.limits.max_choices} here",
                param="n",
                code="invalid_value",
            )
        self._id, self._created = f"chatcmpl-{uuid.uuid4().hex}", int(time.time())
        self._held = ExitStack()
        self._path = ""
        self._tickets: list[Ticket] = []
        self._start = time.monotonic()
        self._made = [0] * self._count

    async def __aenter__(self) -> "Chat":
        """Take hold of the sound and put the questions."""
        try:
            audio = None
            if self._asked.sound is not None:
                sound = await self._service.sounds.open(
                    self._asked.sound, param=self._asked.where, owner=self._owner
                )
                self._held.enter_context(sound)
                audio = self._path = str(sound.path)
            for number in range(self._count):
                ticket = self._submit(audio, number)
                self._held.callback(ticket.cancel)
                self._tickets.append(ticket)
        except BaseException:
            self._held.close()
            raise
        return self

    async def __aexit__(self, *error: object) -> None:
        self._held.close()

    def _submit(self, audio: str | None, number: int) -> Ticket:
        if self._request.choices is not None:
            return self._service.submit_choices(
                audio,
                self._asked.question,
                self._request.choices,
                min_probability=self._request.min_probability or 0.0,
                caller=self._caller,
            )
        return self._service.submit(
            audio,
            self._asked.question,
            caller=self._caller,
            sampling=self._request.sampling(number),
            param="messages",
            top_logprobs=self._request.top_logprobs or 0,
        )

    async def completion(self) -> Completion:
        """The whole answer. Raises ApiError."""
        if self._request.choices is not None:
            found = await self._choice()
            return self._completed([chosen_answer(found)], with_choices(self._heard(0), found))
        choices: list[list[Delta]] = [[] for _ in self._tickets]
        async for number, delta in self._deltas():
            choices[number].append(delta)
        with_logprobs = bool(self._request.logprobs)
        answers = [choice(n, c, with_logprobs=with_logprobs) for n, c in enumerate(choices)]
        return self._completed(answers, self._heard(0))

    async def events(self) -> AsyncGenerator[bytes, None]:
        """The answer as server-sent events. Raises ApiError."""
        begun: set[int] = set()
        with_logprobs, options = bool(self._request.logprobs), self._request.stream_options
        async for number, delta in self._deltas():
            first = number not in begun
            begun.add(number)
            part = chunk_choice(number, delta, first=first, with_logprobs=with_logprobs)
            told = (
                {} if delta.finish_reason is None else {"mullama": self._heard(number).model_dump()}
            )
            yield self._chunk([part], **told)
        if options is not None and options.include_usage:
            yield self._chunk([], usage=self._usage.model_dump())
        yield DONE

    def _completed(self, answers: list[AnswerChoice], heard: Heard) -> Completion:
        return Completion(
            id=self._id,
            created=self._created,
            model=self._request.model,
            choices=answers,
            usage=self._usage,
            mullama=heard,
        )

    async def _choice(self) -> Choice:
        """Which of the choices it is, once that is known, and how it ended into the figures."""
        outcome = "Cancelled"
        try:
            found = await chosen(self._tickets[0])
            outcome = "choice"
        except Exception as error:
            outcome = type(error).__name__
            if not isinstance(error, MuLlamaError):
                _log.error("a choice failed", exc_info=error)
            raise self._refusal(error) from error
        finally:
            self._service.metrics.answers.labels(outcome).inc()
            self._service.metrics.answer.observe(time.monotonic() - self._start)
        return found

    async def _deltas(self) -> AsyncIterator[tuple[int, Delta]]:
        """The deltas of all answers, as they come. Raises ApiError."""
        queue: Deltas = asyncio.Queue()
        readers = [
            asyncio.ensure_future(self._read(n, ticket, queue))
            for n, ticket in enumerate(self._tickets)
        ]
        try:
            running, first = len(readers), True
            while running:
                number, delta = await queue.get()
                if isinstance(delta, Exception):
                    raise self._refusal(delta) from delta
                if delta is None:
                    running -= 1
                    continue
                if first and delta.text:
                    self._service.metrics.first_token.observe(time.monotonic() - self._start)
                    first = False
                self._made[number] = delta.made
                yield number, delta
        finally:
            for reader in readers:
                reader.cancel()
            await asyncio.gather(*readers, return_exceptions=True)

    async def _read(
        self,
        number: int,
        ticket: Ticket,
        queue: Deltas,
    ) -> None:
        """One ticket's deltas into the queue, and how it ended into the figures."""
        outcome = "Cancelled"
        try:
            async for delta in deltas(
                ticket, self._mu.text, self._request.stops, self._mu.token_text
            ):
                outcome = delta.finish_reason or outcome
                queue.put_nowait((number, delta))
            queue.put_nowait((number, None))
        except Exception as error:  # noqa: BLE001  whatever it is, its client is told
            outcome = type(error).__name__
            if not isinstance(error, MuLlamaError):
                _log.error("an answer failed", exc_info=error)
            queue.put_nowait((number, error))
        finally:
            self._service.metrics.answers.labels(outcome).inc()
            self._service.metrics.answer.observe(time.monotonic() - self._start)

    def _refusal(self, error: BaseException) -> ApiError:
        """An error as its client is told: under the name that the client has for the sound."""
        where = self._asked.where
        if not isinstance(error, MuLlamaError):
            return ApiError(500, "the model could not answer", code="internal_error")
        return as_api_error(error, param=where or "messages", names={self._path: where})

    def _heard(self, number: int) -> Heard:
        asked = self._asked
        return heard(self._tickets[number], named=asked.where, unread=asked.unread)

    @property
    def _usage(self) -> Usage:
        mu = self._mu
        ids = mu.tokenizer(prompt.fill(mu.prompt_name, self._asked.question))["input_ids"]
        return usage(len(ids), sum(self._made))

    def _chunk(self, choices: list[dict[str, Any]], **more: Any) -> bytes:
        body = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": self._created,
            "model": self._request.model,
            "choices": choices,
        }
        return event({**body, **more})


def require_model(service: Service, name: str) -> None:
    """Raises ApiError for another model than the one that is served."""
    if name != service.model_name:
        raise ApiError(
            404,
            f"the model is called {service.model_name!r} here",
            param="model",
            code="model_not_found",
        )
