"""A description and a writer's replies -> one interviewed clip.

An interview is driven from outside: a writer reads `request`, gets a reply in its own way (one after
another, in batches, many at once), and hands it to `receive`, until there is a `result`. The result
depends on the description and the replies alone, so any engine may map `interview` over rows. Does
not know any writer.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mullama.data.formats.published import FIXED_QUESTIONS, OPEN_QUESTIONS
from mullama.data.records import Clip
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview import prompts
from mullama.musicqa.interview.filters import unwanted
from mullama.musicqa.interview.replies import UnusableReplyError, read_answers, read_pairs

ATTEMPTS = 5
"""Replies in each round before the clip fails."""
UNWANTED_ATTEMPTS = 2
"""After so many, pairs are taken that `filters.unwanted` names: a cleaned subset drops them."""
MAX_REPLY_SHOWN = 2000
"""Characters of an unusable reply that are shown to its writer again, or stored in a failed row."""

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Request:
    """What a language model is to reply to."""

    messages: tuple[dict[str, Any], ...]
    """Turns {"role": "user" or "assistant", "content"}, ending with the user's."""
    seed: int
    """Below 2**31; its own for every clip, round and attempt."""
    schema_name: str = ""
    schema: dict[str, Any] | None = None
    """JSON schema of a reply, for servers that can be held to one; None where any text will do."""


@dataclass(frozen=True)
class Reply:
    """What came back."""

    text: str
    truncated: bool = False
    """Whether it ended for want of room."""


@dataclass(frozen=True)
class _Round:
    name: str
    prompt: Callable[[Description], str]
    schema: dict[str, Any]
    read: Callable[[str], Pairs]


def _read_fixed(text: str) -> Pairs:
    return tuple(zip(FIXED_QUESTIONS, read_answers(text, FIXED_QUESTIONS), strict=True))


def _read_open(text: str) -> Pairs:
    return read_pairs(text, OPEN_QUESTIONS, FIXED_QUESTIONS)


_ROUNDS = (
    _Round("fixed_answers", prompts.fixed_prompt, prompts.fixed_schema(), _read_fixed),
    _Round("open_pairs", prompts.open_prompt, prompts.open_schema(), _read_open),
)


class Interview:
    """The interview about one clip, as far as it has come."""

    def __init__(self, description: Description, writer: str, *, attempts: int = ATTEMPTS) -> None:
        self.description, self.writer, self.attempts = description, writer, attempts
        self.result: Clip | None = None
        """The outcome, once there is nothing more to ask."""
        self._pairs: Pairs = ()
        self._fallback: Pairs = ()
        self._messages: tuple[dict[str, str], ...] = ()
        self._begin(0)

    @property
    def request(self) -> Request:
        """What the writer is to reply to next."""
        current = _ROUNDS[self._round]
        seed = _seed(self.description, current.name, self._attempt)
        return Request(self._messages, seed, current.name, current.schema)

    def receive(self, reply: Reply) -> None:
        """Take a reply, or ask for a better one, or fail."""
        try:
            if reply.truncated:
                raise UnusableReplyError("it is cut off; be briefer")
            pairs = _ROUNDS[self._round].read(reply.text)
        except UnusableReplyError as why:
            if self._fallback:
                self._accept(self._fallback)
            else:
                self._ask_again(str(why), reply.text)
            return
        reason = next((found for pair in pairs if (found := unwanted(*pair))), None)
        if reason is None:
            self._accept(pairs)
        elif self._attempt >= min(UNWANTED_ATTEMPTS, self.attempts):
            self._accept(self._fallback or pairs)
        else:
            self._fallback = pairs
            self._ask_again(f"a question or answer {reason}", reply.text)

    def fail(self, why: str, last_text: str = "") -> None:
        """End without pairs."""
        self.result = to_record(
            self.description, self.writer, failed=why, last_text=last_text[:MAX_REPLY_SHOWN]
        )

    def _begin(self, number: int) -> None:
        self._round, self._attempt = number, 1
        self._fallback = ()
        prompt = _ROUNDS[number].prompt(self.description)
        self._messages = ({"role": "user", "content": prompt},)

    def _accept(self, pairs: Pairs) -> None:
        self._pairs += pairs
        if self._round + 1 < len(_ROUNDS):
            self._begin(self._round + 1)
        else:
            self.result = to_record(self.description, self.writer, pairs=self._pairs)

    def _ask_again(self, why: str, text: str) -> None:
        if self._attempt >= self.attempts:
            self.fail(f"{_ROUNDS[self._round].name}: {why} ({self._attempt} attempts)", text)
            return
        self._attempt += 1
        self._messages = (
            self._messages[0],
            {"role": "assistant", "content": text[:MAX_REPLY_SHOWN] or "..."},
            {"role": "user", "content": prompts.correction(why)},
        )


def interview(
    description: Description,
    writer: str,
    ask: Callable[[Request], Reply],
    *,
    attempts: int = ATTEMPTS,
) -> Clip:
    """The whole interview about one clip; `ask` gives the reply to each request."""
    talk = Interview(description, writer, attempts=attempts)
    while talk.result is None:
        talk.receive(ask(talk.request))
    return talk.result


def to_record(
    description: Description,
    writer: str,
    *,
    pairs: Pairs = (),
    failed: str = "",
    last_text: str = "",
) -> Clip:
    """The record of a description's interview."""
    return Clip(
        id=description.id,
        source=description.source,
        text=description.text,
        kind=description.kind,
        writer=writer,
        audio=None if description.audio is None else str(description.audio),
        licence=description.licence,
        pairs=pairs,
        failed=failed,
        last_text=last_text,
    )


def _seed(description: Description, name: str, attempt: int) -> int:
    key = "\0".join((description.source, description.id, name, str(attempt)))
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) >> 1
