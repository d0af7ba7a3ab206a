"""Answers that begin alike -> a tree of tokens, each of which is read once, behind what was read before it.

A node is a beginning of an answer; what stands behind the prompt is the root. Several trees are read in
one forward, a row each: a node sees the prompt, the nodes that it goes on from, and itself (Miao et al.
2024, SpecInfer, arXiv 2305.09781). Knows no decoder.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

SCORED_AT_ONCE = 2**24
"""Logits that are held while given tokens are scored: of a large vocabulary, few nodes at a time."""


class Tree:
    """The beginnings of some answers, whatever prompt they stand behind: nodes are numbered, parents first."""

    def __init__(self, answers: Iterable[Sequence[int]]) -> None:
        self.tokens: list[int] = []
        """By node, its last one."""
        self.children: list[dict[int, int]] = []
        """Token -> the node that goes on with it."""
        self.first: dict[int, int] = {}
        """The same for the root."""
        self.paths: list[list[int]] = []
        """The nodes that a node goes on from, and itself."""
        self.passing: list[int] = []
        """How many answers end at a node or go on from it."""
        self.ends = [self._add(answer) for answer in answers]
        """By answer, the node at which it ends."""
        self.inner = [node for node, children in enumerate(self.children) if children]
        """Nodes that others go on from: those that have to be read."""

    def _add(self, answer: Sequence[int]) -> int:
        path: list[int] = []
        found = self.first
        for token in answer:
            if token not in found:
                found[token] = self._new(path, token)
            path = self.paths[found[token]]
            self.passing[path[-1]] += 1
            found = self.children[path[-1]]
        return path[-1]

    def _new(self, path: list[int], token: int) -> int:
        node = len(self.tokens)
        self.tokens.append(token)
        self.children.append({})
        self.paths.append([*path, node])
        self.passing.append(0)
        return node

    def rest(self, node: int) -> list[int]:
        """The inner nodes from this one on, of which only one answer goes on."""
        found = []
        while self.children[node]:
            found.append(node)
            (node,) = self.children[node].values()
        return found


class Reading:
    """How likely the answers of a tree are behind one prompt, as far as it was read."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.totals: dict[int, float] = {}
        """The natural logarithm of the probability of a whole beginning, by node."""
        self.slots: dict[int, int] = {}
        """Where those stand that were read."""

    def note(self, node: int, logprob: float) -> None:
        """How likely its last token is behind the others, which are known."""
        path = self.tree.paths[node]
        self.totals[node] = logprob + (self.totals[path[-2]] if len(path) > 1 else 0.0)

    def at_most(self, node: int) -> float:
        """What is known of a beginning: the total of as much of it as was read."""
        return next(
            self.totals[one] for one in reversed(self.tree.paths[node]) if one in self.totals
        )

    def within(self, margin: float) -> list[int]:
        """Those still to be read of answers that may be less than `margin` nats below the best.

        Where all that several answers have in common was read.
        """
        tree, totals = self.tree, self.totals
        ends = [totals[node] for node in tree.ends if node in totals]
        unread = [node for node in totals if tree.children[node] and node not in self.slots]
        best = max([*ends, *(totals[node] for node in unread)])
        likely = [node for node in unread if totals[node] >= best - margin]
        return [below for node in likely for below in tree.rest(node)]


@dataclass(frozen=True)
class Branches:
    """Nodes of several trees that are read in one forward, padded on the right."""

    tokens: Int[Tensor, "row node"]
    depths: Int[Tensor, "row node"]
    """Places behind the prompt: 0 is the first."""
    sees: Bool[Tensor, "row node slot"]
    """Which of the trees' own slots, of which these nodes' are the last; what pads sees itself."""
    places: Int[Tensor, " wanted"]
    """The nodes (row * nodes + node), in ascending order, ..."""
    wanted: Int[Tensor, " wanted"]
    """... behind which each of these tokens is to be scored."""


def branches(
    rows: Sequence[Reading], nodes: Sequence[Sequence[int]], device: torch.device
) -> Branches:
    """To read these nodes of each tree, whose beginnings are read before or with them, the former first."""
    before = 1 + max(max(row.slots.values(), default=-1) for row in rows)
    longest = max(map(len, nodes))
    sees = np.zeros((len(rows), longest, before + longest), dtype=bool)
    sees[:, range(longest), range(before, before + longest)] = True
    tokens, depths = np.zeros((2, len(rows), longest), dtype=np.int64)
    places, wanted = list[int](), list[int]()
    for number, (row, some) in enumerate(zip(rows, nodes, strict=True)):
        row.slots.update(zip(some, range(before, before + len(some)), strict=True))
        paths = [row.tree.paths[node] for node in some]
        tokens[number, : len(some)] = [row.tree.tokens[node] for node in some]
        depths[number, : len(some)] = [len(path) - 1 for path in paths]
        seers = [place for place, path in enumerate(paths) for _ in path]
        sees[number, seers, [row.slots[one] for path in paths for one in path]] = True
        for place, node in enumerate(some, start=number * longest):
            wanted += row.tree.children[node]
            places += [place] * len(row.tree.children[node])
    arrays = (tokens, depths, sees, np.array(places), np.array(wanted))
    return Branches(*(torch.from_numpy(array).to(device) for array in arrays))


def wanted_logprobs(
    head: Callable[[Tensor], Tensor], hidden: Float[Tensor, "row node hidden"], read: Branches
) -> Float[Tensor, " wanted"]:
    """The natural logarithm of each wanted token's probability, by what `head` makes of the state before it."""
    nodes, which = torch.unique_consecutive(read.places, return_inverse=True)
    states = hidden.flatten(0, 1)[nodes]
    size = max(1, SCORED_AT_ONCE // int(head(states[:1]).shape[-1]))
    found = []
    for start in range(0, len(states), size):
        logits = head(states[start : start + size]).float()
        here = (which >= start) & (which < start + size)
        at = which[here] - start
        found.append(logits[at, read.wanted[here]] - logits.logsumexp(-1)[at])
    return torch.cat(found)
