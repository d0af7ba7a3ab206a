"""Answers in words, behind questions about songs -> how likely each is."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Protocol

from torch import Tensor

from mullama.answer import prompt
from mullama.answer.choice import Calibration
from mullama.answer.likelihood import go_on
from mullama.errors import UsageError


class HeardSong(Protocol):
    """What is needed of a song; see `mullama.song.Song`."""

    @property
    def name(self) -> str: ...
    @property
    def shifts(self) -> Tensor: ...
    @property
    def seconds_heard(self) -> float: ...
    @property
    def seconds_total(self) -> float | None: ...


class Reader(Protocol):
    """Who reads; see `mullama.song.MuLlama`."""

    name: str
    prompt_name: str
    calibration: Calibration
    stop: frozenset[int]
    tokenizer: Any
    model: Any

    def tokens(self, question: str, answer: str = "") -> list[int]: ...
    def no_song(self) -> Any: ...
    def score(
        self,
        songs: Sequence[Any],
        prompts: Sequence[Sequence[int]],
        answers: Sequence[tuple[int, Sequence[int]]],
        *,
        margins: Sequence[float] | None = None,
        between: Callable[[], None] = go_on,
    ) -> list[float]: ...


@dataclass(frozen=True)
class GivenAnswer:
    """An answer whose likelihood is wanted."""

    song: HeardSong
    question: str
    text: str
    ends: bool
    """Whether it is the whole answer: "D" is then no beginning of "D major"."""
    margin: float = math.inf
    """How many nats less likely than another answer to its question it may be and be of interest still."""


def likelihoods(
    mu: Reader, answers: Sequence[GivenAnswer], *, between: Callable[[], None] = go_on
) -> list[float]:
    """The natural logarithm of the probability of each answer, in one batch.

    Tokens are those that training would give it. A song's question is read once, whatever the number
    of its answers, and so is what they begin with. Of an answer below its margin it may be told how likely
    its beginning is. `between` is called before each pass through the language model; what it raises ends
    all. Raises UsageError for an answer without tokens or with too many, and for texts that
    are longer than the language model can read.
    """
    prompts: list[list[int]] = []
    songs: list[HeardSong] = []
    known: dict[tuple[int, tuple[int, ...]], int] = {}
    rows, margins = [], list[float]()
    read = cache(partial(_tokens, mu))  # many songs are asked the same
    for answer in answers:
        asked, said = read(answer.question, answer.text, answer.ends)
        place = known.setdefault((id(answer.song), tuple(asked)), len(prompts))
        if place == len(prompts):
            prompts.append(asked)
            songs.append(answer.song)
            margins.append(answer.margin)
        margins[place] = max(margins[place], answer.margin)
        rows.append((place, said))
    if not rows:
        return []
    return mu.score(songs, prompts, rows, margins=margins, between=between)


def _tokens(mu: Reader, question: str, text: str, ends: bool) -> tuple[list[int], list[int]]:
    """What is read before an answer, and the answer's own tokens, with the end where it ends."""
    before, both = mu.tokens(question), whole(mu, question, text)
    said = both[len(before) :]
    if not said:
        raise UsageError("an empty answer has no likelihood")
    # One more for the end.
    if len(both) + 1 > mu.model.config.text_config.max_position_embeddings:
        raise UsageError("question and answer are longer than the language model can read")
    return both[: len(before)], [*said, _end(mu)] if ends else said


def whole(mu: Reader, question: str, text: str) -> list[int]:
    """The tokens of a question and the answer behind it, as training puts them together."""
    prompt.require_text(text, "answer")
    return mu.tokens(question, prompt.follow(mu.prompt_name, text) if text else "")


def _end(mu: Reader) -> int:
    """The token that ends an answer, as training puts it."""
    end: int = mu.tokenizer.eos_token_id
    return min(mu.stop) if mu.stop and end not in mu.stop else end
