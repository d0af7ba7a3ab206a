"""Question-answer pairs become tokens, cut to length. Does not know the music, nor the order of steps."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mullama.answer.prompt import fill, follow
from mullama.data.records import Pair

IGNORED = -100
"""Label of a position without a loss."""
CHUNK = 4096
"""Texts that are tokenized at a time."""


class TokenizedPair(NamedTuple):
    """One pair in tokens."""

    ids: NDArray[np.int32]
    """Prompt, answer and end of text."""
    prompt: int
    """How many of them are given, and have no loss."""


@dataclass(frozen=True)
class TokenizedPairs:
    """Many pairs in tokens, in two arrays, so that a million of them need no million objects."""

    tokens: NDArray[np.int32]
    """All texts, one after the other."""
    ends: NDArray[np.int64]
    """Where each text ends."""
    prompts: NDArray[np.int32]
    """How many of each text's tokens are given."""
    pairs: tuple[Pair, ...]
    """What they were made from."""
    places: NDArray[np.int64]
    """Where those stood among all pairs."""
    cut: int
    """How many answers were cut."""
    too_long: tuple[str, ...]
    """Questions that leave no room for an answer, by their pair's place; they are left out."""

    def __len__(self) -> int:
        return len(self.ends)

    def __getitem__(self, index: int) -> TokenizedPair:
        start = self.ends[index - 1] if index else 0
        return TokenizedPair(self.tokens[start : self.ends[index]], int(self.prompts[index]))

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.ends, prepend=0)


NO_PAIRS = TokenizedPairs(
    np.zeros(0, np.int32),
    np.zeros(0, np.int64),
    np.zeros(0, np.int32),
    (),
    np.zeros(0, np.int64),
    0,
    (),
)


def tokenize(
    pairs: Sequence[Pair],
    tokenizer: Any,
    template: str,
    max_length: int,
    *,
    as_published: bool = False,
) -> TokenizedPairs:
    """Tokenize pairs by the prompt template of that name.

    A text longer than `max_length` tokens loses the end of its answer, but not the token that says
    that it has ended, without which a model learns never to stop. As published, that token is lost
    too, and a question that leaves no room stays, without a loss.
    """
    tokens: list[NDArray[np.int32]] = []
    prompts, places, too_long, cut = [], [], [], 0
    for place, (given, ids) in enumerate(_token_ids(pairs, tokenizer, template)):
        if given >= max_length - 1 and not as_published:
            too_long.append(f"pair {place} ({pairs[place].question[:40]!r}, {given} tokens)")
            continue
        cut += len(ids) >= max_length
        tokens.append(_ended(ids, tokenizer.eos_token_id, max_length, as_published))
        prompts.append(min(given, len(tokens[-1])))
        places.append(place)
    return TokenizedPairs(
        np.concatenate(tokens) if tokens else np.zeros(0, np.int32),
        np.cumsum([len(text) for text in tokens], dtype=np.int64),
        np.array(prompts, dtype=np.int32),
        tuple(pairs[place] for place in places),
        np.array(places, dtype=np.int64),
        cut,
        tuple(too_long),
    )


def _token_ids(
    pairs: Sequence[Pair], tokenizer: Any, template: str
) -> Iterator[tuple[int, list[int]]]:
    """Of each pair, how many tokens its prompt has, and the tokens of prompt and answer."""
    for start in range(0, len(pairs), CHUNK):
        some = pairs[start : start + CHUNK]
        asked = [fill(template, pair.question) for pair in some]
        # The whole text is tokenized at once, as a prompt and its continuation would be.
        answered = [a + follow(template, pair.answer) for a, pair in zip(asked, some, strict=True)]
        prompts, texts = (tokenizer(each)["input_ids"] for each in (asked, answered))
        yield from zip(map(len, prompts), texts, strict=True)


def _ended(ids: list[int], end: int, max_length: int, as_published: bool) -> NDArray[np.int32]:
    ended = [*ids, end][:max_length] if as_published else [*ids[: max_length - 1], end]
    return np.array(ended, dtype=np.int32)
