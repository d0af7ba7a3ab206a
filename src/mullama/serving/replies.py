"""Deltas of answers -> the bodies that OpenAI's clients read: a completion, its chunks, an error event.

A field of our own, `mullama`, says what was listened to.
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field

from mullama.answer import choice as answer
from mullama.engine import Ticket
from mullama.serving.ticket_stream import Delta, TokenText

CUT_SECONDS = 0.1
"""A piece of which less than this was left out was heard whole."""


class Heard(BaseModel):
    """What the answer is about."""

    seconds_heard: float = Field(description="how much of the music was listened to")
    seconds_total: float | None = Field(description="how long it is; null where nothing tells")
    cut: bool = Field(description="whether some of the music was not listened to")
    song_known: bool | None = Field(description="whether it had been listened to before")
    warnings: list[str] = Field(description="what was heard with reservations")
    unread_messages: list[int] = Field(
        default=[], description="earlier messages that the model was not given the words of"
    )


class Chosen(Heard):
    """What a choice is about, and how probable each is."""

    choices: dict[str, float] = Field(description="each choice's probability; together 1")
    answer: str | None = Field(description="the most probable one; null where it is too improbable")
    probability: float = Field(description="of the most probable one")
    calibrated: bool = Field(
        description="whether the model's folder says how far its likelihoods are to be believed"
    )
    coverage: float = Field(description="the share of the model's own answers that the choices are")


class TopLogprob(BaseModel):
    """A token that could have been taken."""

    token: str
    logprob: float
    bytes: list[int] | None = Field(description="null where it is part of a character only")


class TokenLogprob(TopLogprob):
    """A token that was taken."""

    top_logprobs: list[TopLogprob]


class Logprobs(BaseModel):
    """The tokens of an answer."""

    content: list[TokenLogprob]
    refusal: None = None


class AssistantMessage(BaseModel):
    """An answer's words."""

    role: Literal["assistant"] = "assistant"
    content: str
    refusal: None = None


class Choice(BaseModel):
    """One answer."""

    index: int
    message: AssistantMessage
    logprobs: Logprobs | None
    finish_reason: Literal["stop", "length"]


class Usage(BaseModel):
    """What was read and written; music costs no tokens."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class Completion(BaseModel):
    """The answer to a request that is not streamed."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[Choice]
    usage: Usage
    mullama: Chosen | Heard


def heard(ticket: Ticket, *, named: str, unread: Sequence[int] = ()) -> Heard:
    """What a ticket that has an answer was about; `named` is what its client knows the sound by."""
    song = ticket.song
    assert song is not None, "an answer without a song"
    total = song.seconds_total
    return Heard(
        seconds_heard=song.seconds_heard,
        seconds_total=total,
        cut=total is None or song.seconds_heard < total - CUT_SECONDS,
        song_known=ticket.song_known,
        warnings=[warning.replace(song.name, named) for warning in song.warnings],
        unread_messages=list(unread),
    )


def usage(prompt_tokens: int, completion_tokens: int) -> Usage:
    """Both, and their sum."""
    return Usage(
        prompt_tokens=prompt_tokens,
        completion_tokens=completion_tokens,
        total_tokens=prompt_tokens + completion_tokens,
    )


def logprobs(tokens: Sequence[TokenText]) -> Logprobs:
    """Tokens as the API lists them."""
    return Logprobs(
        content=[
            TokenLogprob(
                **_token(token), top_logprobs=[TopLogprob(**_token(t)) for t in token.likeliest]
            )
            for token in tokens
        ]
    )


def _token(token: TokenText) -> dict[str, Any]:
    part = "\N{REPLACEMENT CHARACTER}" in token.text
    encoded = None if part else list(token.text.encode())
    return {"token": token.text, "logprob": token.logprob, "bytes": encoded}


def choice(index: int, parts: Sequence[Delta], *, with_logprobs: bool) -> Choice:
    """A whole answer from its deltas."""
    reason: Any = parts[-1].finish_reason
    return Choice(
        index=index,
        message=AssistantMessage(content="".join(part.text for part in parts)),
        logprobs=logprobs([t for part in parts for t in part.tokens]) if with_logprobs else None,
        finish_reason=reason,
    )


def chosen_answer(found: answer.Choice) -> Choice:
    """The answer to a question with choices."""
    said = answer.CANNOT_TELL if found.answer is None else found.answer
    return Choice(
        index=0, message=AssistantMessage(content=said), logprobs=None, finish_reason="stop"
    )


def with_choices(told: Heard, found: answer.Choice) -> Chosen:
    """What a choice was about, with all probabilities."""
    return Chosen(
        **told.model_dump(),
        choices=found.probabilities,
        answer=found.answer,
        probability=found.probability,
        calibrated=found.calibrated,
        coverage=found.coverage,
    )


def chunk_choice(index: int, delta: Delta, *, first: bool, with_logprobs: bool) -> dict[str, Any]:
    """A delta as a chunk's choice."""
    said: dict[str, Any] = {"content": delta.text} if delta.text or first else {}
    if first:
        said["role"] = "assistant"
    return {
        "index": index,
        "delta": said,
        "logprobs": logprobs(delta.tokens).model_dump() if with_logprobs else None,
        "finish_reason": delta.finish_reason,
    }
