"""Prompts and given answers -> how likely each answer is: every token is known beforehand.

A prompt is read once, however many answers stand behind it, and so is whatever several answers begin
with: the tree of all beginnings is read in one forward, for several prompts at once. Where only the
likelier answers matter, the ends of the others are not read at all.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.answer.branches import Reading, Tree, branches
from mullama.answer.decoder import Decoder
from mullama.answer.decoding import left_padded, require_numbers

TOKENS_AT_ONCE = 4096
"""Nodes in one pass, with what pads them."""
NODES_AT_ONCE = 512
"""Of one tree, of which each sees all that were read before: the mask has so many times as many places."""
ALIKE = 0.5
"""The smallest tree in one pass, as a share of the largest: padding costs as much as nodes."""


def go_on() -> None:
    """Nothing is to be done between two passes."""


def loglikelihoods(
    decoder: Decoder,
    prompts: Sequence[Sequence[int]],
    answers: Sequence[tuple[int, Sequence[int]]],
    shifts: Float[Tensor, "prompt layers width"],
    *,
    device: torch.device,
    margins: Sequence[float] | None = None,
    between: Callable[[], None] = go_on,
) -> list[float]:
    """The sum of the log-probabilities of each answer's tokens; natural logarithms.

    An answer comes with the place of its prompt in `prompts`, and has at least one token. `margins` tells for
    each prompt how many nats below its likeliest answer another may lie that is of no interest: for that one
    the sum may end before its last token, and is more than the whole, it is not known by how much. `between` is
    called before each pass; what it raises ends all.
    """
    if margins is None or not decoder.trees:
        margins = [math.inf] * len(prompts)
    rows = _rows(answers, apart=not decoder.trees)
    order = sorted(range(len(rows)), key=lambda row: -len(rows[row].tree.inner))
    found = [0.0] * len(answers)
    for some in _passes(order, [len(row.tree.inner) for row in rows]):
        places = [rows[row].prompt for row in some]
        limits = [margins[place] for place in places]
        reader = _Reader(decoder, [rows[row].tree for row in some], device, between)
        reader.start([prompts[place] for place in places], shifts[places])
        reader.read(limits)
        for row, reading in zip(some, reader.rows, strict=True):
            for number, node in zip(rows[row].answers, reading.tree.ends, strict=True):
                found[number] = reading.at_most(node)
    return found


class _Row(NamedTuple):
    """A prompt, and the places of those answers that are read behind it together."""

    prompt: int
    answers: list[int]
    tree: Tree


def _rows(answers: Sequence[tuple[int, Sequence[int]]], *, apart: bool) -> list[_Row]:
    """All answers to a prompt in one tree, or `apart`, each in one that is no more than a row of tokens."""
    together = defaultdict[tuple[int, int], list[int]](list)
    for number, (place, _) in enumerate(answers):
        together[place, number if apart else 0].append(number)
    # Many prompts have the same answers; by identity they are compared quickly.
    trees: dict[tuple[int, ...], Tree] = {}
    rows = []
    for (place, _), numbers in together.items():
        said = [answers[number][1] for number in numbers]
        same = tuple(map(id, said))
        if same not in trees:
            trees[same] = Tree(said)
        rows.append(_Row(place, numbers, trees[same]))
    return rows


def _passes(order: Sequence[int], sizes: Sequence[int]) -> Iterator[list[int]]:
    """Rows that are read together, the largest first."""
    some: list[int] = []
    for row in order:
        if some:
            largest = max(1, sizes[some[0]])
            if sizes[row] < ALIKE * largest or (len(some) + 1) * largest > TOKENS_AT_ONCE:
                yield some
                some = []
        some.append(row)
    if some:
        yield some


class _Reader:
    """Reads trees behind several prompts, side by side."""

    def __init__(
        self,
        decoder: Decoder,
        trees: Sequence[Tree],
        device: torch.device,
        between: Callable[[], None],
    ) -> None:
        self.rows = [Reading(tree) for tree in trees]
        self._decoder, self._device, self._between = decoder, device, between
        self._cache: Any = None
        self._shifts: Tensor | None = None

    def start(self, prompts: Sequence[Sequence[int]], shifts: Tensor) -> None:
        """Read the prompts."""
        self._between()
        tokens, mask = left_padded(prompts, self._device)
        logits, self._cache = self._decoder.start(tokens, shifts, attention_mask=mask)
        require_numbers(logits)
        self._shifts = shifts
        for row, logprobs in zip(self.rows, logits.float().log_softmax(-1), strict=True):
            self._note(row, row.tree.first, iter(logprobs[list(row.tree.first)].tolist()))

    def read(self, margins: Sequence[float]) -> None:
        """Read the trees, but for the ends of answers that lie further below the best than that."""
        self._branch(
            [
                [
                    node
                    for node in row.tree.inner
                    if margin == math.inf or row.tree.passing[node] > 1
                ]
                for row, margin in zip(self.rows, margins, strict=True)
            ]
        )
        while any(
            rest := [row.within(margin) for row, margin in zip(self.rows, margins, strict=True)]
        ):
            self._branch(rest)

    def _branch(self, nodes: Sequence[Sequence[int]]) -> None:
        """Read nodes of each tree, parents first, some of each at a time."""
        for start in range(0, max(map(len, nodes)), NODES_AT_ONCE):
            self._between()
            some = [row[start : start + NODES_AT_ONCE] for row in nodes]
            asked = branches(self.rows, some, self._device)
            found = iter(self._decoder.branch(asked, self._cache, self._shifts).tolist())
            for row, read in zip(self.rows, some, strict=True):
                for node in read:
                    self._note(row, row.tree.children[node], found)

    def _note(self, row: Reading, children: Mapping[int, int], logprobs: Iterator[float]) -> None:
        for node in children.values():
            row.note(node, next(logprobs))
