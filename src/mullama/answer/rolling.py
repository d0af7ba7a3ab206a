"""Prompts and shifts become tokens, one step at a time, in a batch that rows join and leave.

The one loop behind answers, streams and services. Written here rather than left to `generate()`
because a row may come at any step and goes with its last token, and draws from its own seeded source
by its own options. So an answer depends on its own prompt, shifts and sampling: company changes the
rounding of its logits (1e-5 of them), and a token only where two were that near to each other.
Knows nothing of text or audio.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.answer.decoder import Decoder
from mullama.answer.decoding import Choice, Token, choose, left_padded
from mullama.answer.sampling import Sampling


@dataclass(eq=False)
class Row:
    """One answer in the making."""

    prompt: Sequence[int] = field(repr=False)
    sampling: Sampling
    shifts: Float[Tensor, "layers width"] | None = field(repr=False, default=None)
    """The music; given for all rows of a batch, or for none."""
    finished: Literal["stop", "length"] | None = None
    """`stop` when the model ended by itself, `length` when `max_new_tokens` are made."""
    top_logprobs: int = 0
    """How many of the likeliest tokens are told beside each that is chosen."""

    def __post_init__(self) -> None:
        self.made = 0
        self.choice = Choice(self.prompt, self.sampling, self.top_logprobs)


class RollingBatch:
    """Rows of one decoder. For one thread at a time."""

    def __init__(self, decoder: Decoder, *, stop: frozenset[int], device: torch.device) -> None:
        self.rows: list[Row] = []
        """Those that go on."""
        self._decoder, self._stop, self._device = decoder, stop, device
        self._cache: Any = None
        self._shifts: Tensor | None = None

    def admit(self, rows: Sequence[Row]) -> list[tuple[Row, Token | None]]:
        """Read the prompts of new rows, which go on with the others; the first token of each.

        Where the decoder raises, the batch stays as it was.
        """
        tokens, mask = left_padded([row.prompt for row in rows], self._device)
        shifts = _stacked(rows)
        logits, cache = self._decoder.start(tokens, shifts, attention_mask=mask)
        made = self._choose(rows, logits)
        if self.rows:
            self._decoder.join(self._cache, cache)
            if self._shifts is not None and shifts is not None:
                self._shifts = torch.cat([self._shifts, shifts])
        else:
            self._cache, self._shifts = cache, shifts
        self.rows.extend(rows)
        self._leave({row for row in rows if row.finished})
        return made

    def step(self) -> list[tuple[Row, Token | None]]:
        """The next token of each row, None where it ended; rows that are finished have left."""
        last = torch.tensor([row.choice.last for row in self.rows], device=self._device)
        made = self._choose(self.rows, self._decoder.step(last, self._cache, self._shifts))
        self._leave({row for row in self.rows if row.finished})
        return made

    def drop(self, rows: Sequence[Row]) -> None:
        """Let rows go that are not finished; those that have left already do not matter."""
        self._leave({row for row in rows if row in self.rows})

    def _choose(self, rows: Sequence[Row], logits: Tensor) -> list[tuple[Row, Token | None]]:
        tokens = choose([row.choice for row in rows], logits.float().cpu())
        return [(row, self._note(row, token)) for row, token in zip(rows, tokens, strict=True)]

    def _note(self, row: Row, token: Token) -> Token | None:
        if token.id in self._stop:
            row.finished = "stop"
            return None
        row.made += 1
        if row.made == row.sampling.max_new_tokens:
            row.finished = "length"
        return token

    def _leave(self, leaving: set[Row]) -> None:
        if not leaving:
            return
        places = [place for place, row in enumerate(self.rows) if row not in leaving]
        if not places:
            self.rows, self._cache, self._shifts = [], None, None
            return
        # A gap is filled by a row from the end, so that not all behind it have to move.
        last = [place for place in places if place >= len(places)]
        before = set(places)
        places = [place if place in before else last.pop() for place in range(len(places))]
        self._decoder.take(self._cache, places)
        self._shifts = None if self._shifts is None else self._shifts[places]
        self.rows = [self.rows[place] for place in places]


def decode(batch: RollingBatch, rows: Sequence[Row]) -> Iterator[list[Token | None]]:
    """Yield one token for each row per step; None for a row that has stopped.

    The stop token itself is not yielded, and the generator ends with the last row's last token; a row
    whose last token is no None was cut.
    """
    made = dict(batch.admit(rows))
    yield [made.get(row) for row in rows]
    while batch.rows:
        made = dict(batch.step())
        yield [made.get(row) for row in rows]


def _stacked(rows: Sequence[Row]) -> Tensor | None:
    shifts = [row.shifts for row in rows if row.shifts is not None]
    return torch.stack(shifts) if shifts else None
