"""Lengths of texts become the rows of each step, and a step's rows micro-batches.

Texts of about equal length stand together, so that hardly any padding is computed, and a micro-batch
holds as many as a budget of tokens allows. How many processes share a step changes which of them
computes what, not what is computed.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mullama.errors import UsageError
from mullama.training.schedule import published_order, shuffled

POOL = 32
"""Steps whose texts are sorted by length together."""


class Place(NamedTuple):
    """Where a step lies."""

    epoch: int
    """Which epoch."""
    step: int
    """Which of the epoch's steps."""


class Sampler:
    """Which rows each step takes.

    `weights` say how often each row comes in a pass, on average; a pass has `parts` epochs.
    """

    def __init__(
        self,
        lengths: NDArray[np.int64],
        weights: NDArray[np.float64],
        *,
        batch: int,
        parts: int,
        seed: int,
    ) -> None:
        self.lengths, self.weights, self.batch = lengths, weights, batch
        self.parts, self.seed = parts, seed
        self._epoch: tuple[int, list[NDArray[np.int64]]] = (-1, [])
        whole = weights.astype(np.int64)
        drawn = round(float((weights - whole).sum()))
        self.size = int(whole.sum()) + drawn
        sizes = [len(part) for part in np.array_split(np.arange(self.size), parts)]
        self._steps = [-(-size // batch) for size in sizes]

    def steps(self, epochs: int) -> int:
        """Optimiser steps of so many epochs; the last of an epoch may be a smaller one."""
        turns, rest = divmod(epochs, self.parts)
        return turns * sum(self._steps) + sum(self._steps[:rest])

    def place(self, step: int) -> Place:
        """The epoch of a step."""
        turns, rest = divmod(step, max(1, sum(self._steps)))
        epoch = turns * self.parts
        for steps in self._steps:
            if rest < steps:
                break
            rest -= steps
            epoch += 1
        return Place(epoch, rest)

    def rows(self, step: int) -> NDArray[np.int64]:
        """The rows of a step."""
        epoch, inside = self.place(step)
        if self._epoch[0] != epoch:
            self._epoch = (epoch, self._batches(epoch))
        return self._epoch[1][inside]

    def _batches(self, epoch: int) -> list[NDArray[np.int64]]:
        turn = epoch // self.parts
        rng = np.random.default_rng([self.seed, 1, turn])
        whole = self.weights.astype(np.int64)
        share = self.weights - whole
        pool = np.repeat(np.arange(len(whole)), whole)
        if extra := self.size - len(pool):
            pool = np.concatenate([pool, _drawn(share, extra, rng)])
        order = pool[shuffled(self.size, self.seed, epoch, self.parts)]
        batches = []
        for start in range(0, len(order), POOL * self.batch):
            near = order[start : start + POOL * self.batch]
            near = near[np.argsort(self.lengths[near], kind="stable")]
            batches += [near[at : at + self.batch] for at in range(0, len(near), self.batch)]
        moved = np.random.default_rng([self.seed, 2, epoch]).permutation(len(batches))
        return [batches[index] for index in moved]


class PublishedSampler:
    """As published: one text at a time, and what does not fill a step at an epoch's end is dropped."""

    def __init__(
        self, count: int, *, batch: int, parts: int, rank: int = 0, ranks: int = 1
    ) -> None:
        self.count, self.parts, self.rank, self.ranks = count, parts, rank, ranks
        if batch % ranks:
            raise UsageError(
                f"as published, {ranks} processes cannot share a step of {batch} texts evenly"
            )
        self.accumulated = batch // ranks
        self.texts = len(published_order(count, 0, parts=parts, rank=rank, ranks=ranks))
        self._epoch: tuple[int, list[int]] = (-1, [])

    def steps(self, epochs: int) -> int:
        """Optimiser steps of so many epochs."""
        return epochs * (self.texts // self.accumulated)

    def position(self, step: int) -> float:
        """Epochs, where a step begins: what the published schedule counts in."""
        epoch, index = divmod(step, max(1, self.steps(1)))
        return epoch + index * self.accumulated / self.texts

    def rows(self, step: int) -> list[int]:
        """The rows of a step, one for each micro-batch of this process."""
        epoch, index = divmod(step, max(1, self.steps(1)))
        if self._epoch[0] != epoch:
            order = published_order(
                self.count, epoch, parts=self.parts, rank=self.rank, ranks=self.ranks
            )
            self._epoch = (epoch, order)
        start = index * self.accumulated
        return self._epoch[1][start : start + self.accumulated]


def _drawn(share: NDArray[np.float64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`count` different places, each as likely as its share says (systematic sampling)."""
    order = rng.permutation(len(share))
    offset = rng.uniform(1e-6, 1 - 1e-6)  # so that rounding cannot lose the last one
    marks = np.floor(np.cumsum(share[order]) * (count / share.sum()) + offset)
    return order[np.diff(marks, prepend=0) > 0][:count]


def pack(
    rows: Sequence[int], lengths: NDArray[np.int64], budget: int, ranks: int = 1
) -> list[list[int]]:
    """Rows in micro-batches of at most `budget` tokens, padding included; at least one each.

    With several processes the budget shrinks so that each has something to do.
    """
    if ranks > 1:
        budget = min(budget, -(-int(lengths[list(rows)].sum()) // ranks))
    found: list[list[int]] = []
    width = 0
    for row in sorted(rows, key=lambda row: -lengths[row]):
        if not found or width * (len(found[-1]) + 1) > budget:
            found.append([])
            width = int(lengths[row])
        found[-1].append(row)
    return found
