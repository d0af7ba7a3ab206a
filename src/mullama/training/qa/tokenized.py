"""Question-answer pairs become tokens, cut to length. Does not know the music, nor the order of steps."""

from collections.abc import Callable, Iterator, Sequence
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
Spans = Callable[[str], Sequence[tuple[int, int]]]
"""An answer -> where in it stands what counts for more: characters from, and up to, a place."""


class Emphasis(NamedTuple):
    """What counts for more than the rest of an answer."""

    spans: Spans
    times: float
    """How many times what lies in a span counts."""


class TokenizedPair(NamedTuple):
    """One pair in tokens."""

    ids: NDArray[np.int32]
    """Prompt, answer and end of text."""
    prompt: int
    """How many of them are given, and have no loss."""
    counts: NDArray[np.float32]
    """How much the loss of each counts."""


@dataclass(frozen=True)
class TokenizedPairs:
    """Many pairs in tokens, in two arrays, so that a million of them need no million objects."""

    tokens: NDArray[np.int32]
    """All texts, one after the other."""
    ends: NDArray[np.int64]
    """Where each text ends."""
    prompts: NDArray[np.int32]
    """How many of each text's tokens are given."""
    counts: NDArray[np.float32]
    """How much the loss of each token counts: nothing where it is given, one in an answer, or more."""
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
        text = slice(start, self.ends[index])
        return TokenizedPair(self.tokens[text], int(self.prompts[index]), self.counts[text])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text."""
        return np.diff(self.ends, prepend=0)

    @property
    def weights(self) -> NDArray[np.float64]:
        """What the tokens of each text count together."""
        sums = np.concatenate([[0.0], np.cumsum(self.counts, dtype=np.float64)])[self.ends]
        return np.diff(sums, prepend=0.0)


NO_PAIRS = TokenizedPairs(
    np.zeros(0, np.int32),
    np.zeros(0, np.int64),
    np.zeros(0, np.int32),
    np.zeros(0, np.float32),
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
    emphasis: Emphasis | None = None,
) -> TokenizedPairs:
    """Tokenize pairs by the prompt template of that name.

    A text longer than `max_length` tokens loses the end of its answer, but not the token that says
    that it has ended, without which a model learns never to stop. As published, that token is lost
    too, and a question that leaves no room stays, without a loss.
    """
    tokens: list[NDArray[np.int32]] = []
    counts: list[NDArray[np.float32]] = []
    prompts, places, too_long, cut = [], [], [], 0
    for place, text in enumerate(_texts(pairs, tokenizer, template, emphasis)):
        if text.prompt >= max_length - 1 and not as_published:
            question = pairs[place].question[:40]
            too_long.append(f"pair {place} ({question!r}, {text.prompt} tokens)")
            continue
        cut += len(text.ids) >= max_length
        room = max_length if as_published else max_length - 1
        ids = [*text.ids[:room], tokenizer.eos_token_id][:max_length]
        tokens.append(np.array(ids, dtype=np.int32))
        counts.append(np.append(text.counts[:room], np.float32(1))[:max_length])
        prompts.append(min(text.prompt, len(ids)))
        places.append(place)
    return TokenizedPairs(
        np.concatenate(tokens) if tokens else np.zeros(0, np.int32),
        np.cumsum([len(text) for text in tokens], dtype=np.int64),
        np.array(prompts, dtype=np.int32),
        np.concatenate(counts) if counts else np.zeros(0, np.float32),
        tuple(pairs[place] for place in places),
        np.array(places, dtype=np.int64),
        cut,
        tuple(too_long),
    )


def _texts(
    pairs: Sequence[Pair], tokenizer: Any, template: str, emphasis: Emphasis | None
) -> Iterator[TokenizedPair]:
    """Prompt and answer of each pair, whole and without an end."""
    for start in range(0, len(pairs), CHUNK):
        some = pairs[start : start + CHUNK]
        asked = [fill(template, pair.question) for pair in some]
        # The whole text is tokenized at once, as a prompt and its continuation would be.
        texts = [a + follow(template, pair.answer) for a, pair in zip(asked, some, strict=True)]
        prompts = tokenizer(asked)["input_ids"]
        read = tokenizer(texts, return_offsets_mapping=emphasis is not None)
        for row, pair in enumerate(some):
            ids = np.array(read["input_ids"][row], dtype=np.int32)
            given = len(prompts[row])
            counts = np.ones(len(ids), dtype=np.float32)
            counts[:given] = 0
            if emphasis is not None:
                before = len(texts[row]) - len(pair.answer)
                spans = np.array(emphasis.spans(pair.answer)).reshape(-1, 2) + before
                inside = inside_spans(np.array(read["offset_mapping"][row]), spans)
                counts[given:][inside[given:]] = emphasis.times
            yield TokenizedPair(ids, given, counts)


def inside_spans(tokens: NDArray[np.int64], spans: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which tokens share characters with a span; both by their beginnings and ends in the text."""
    begins, ends = tokens[:, :1], tokens[:, 1:]
    return np.any((begins < spans[:, 1]) & (ends > spans[:, 0]), axis=1)
