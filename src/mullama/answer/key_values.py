"""What the quick decoder has read: keys and values of rows that may join and leave.

All rows end at the same slot, and each begins at its own: rows are joined by moving the shorter to
the right. Buffers are larger than what they hold, so that a step, a newcomer and a leaver copy little.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from mullama.answer.branches import Branches

MARGIN = 64
"""Least slots that are kept free when buffers are made; half as many as are filled, if that is more."""


class KeyValueCache:
    """Rotated keys, and values, of everything a batch has read; `FastLlama.start` makes it."""

    def __init__(
        self, begins: Tensor, length: int, *, layers: int, heads: int, head_dim: int
    ) -> None:
        """For rows that are about to read `length` slots; Int[row] `begins` says where each begins."""
        shape = (len(begins), 2 * heads, _roomy(length), head_dim)
        self._layers = [torch.zeros(shape) for _ in range(layers)]
        self.length = 0
        """Slots read so far."""
        self._place(begins, 0)

    def room(self, new: int) -> None:
        """Read `new` slots more, which are written to by whoever looks at the layers."""
        if self.length + new > self._layers[0].shape[2]:
            self._resize(len(self._layers[0]), self.length - self.first, new)
        self.length += new

    def layer(self, index: int) -> Tensor:
        """One layer's keys, then its values: Float[row 2*head slot head_dim], to be written into."""
        return self._layers[index][: len(self.begins), :, self.first : self.length]

    def positions(self, new: int) -> Tensor:
        """Where in its own text each row's last `new` slots are: Int[row new]."""
        slots = torch.arange(self.length - new, self.length)
        return (slots - self.begins[:, None]).clamp_(min=0)

    def mask(self, new: int) -> Tensor | None:
        """What the last `new` slots see: Bool[row 1 new slot], or None for all before.

        Of a text's own beginning None means what came before each.
        """
        seen = None if self._visible is None else self._visible[..., self.first : self.length]
        slots = self.length - self.first
        if new == 1 or (seen is None and slots == new):
            return seen
        causal = torch.ones(new, slots, dtype=torch.bool).tril(slots - new)
        if seen is None:
            return causal[None, None]
        # A padded slot sees itself: softmax over nothing would not be a number.
        return (causal & seen) | causal.triu(slots - new)

    def tree_positions(self, read: Branches) -> Tensor:
        """Where in its own text each node is, of the last slots: Int[row node]."""
        return (self.length - read.sees.shape[2] - self.begins)[:, None] + read.depths

    def tree_mask(self, read: Branches) -> Tensor:
        """What nodes see: the text before their tree, and what they see of that. Bool[row 1 node slot]."""
        _, new, slots = read.sees.shape
        text = torch.arange(self.first, self.length - slots) >= self.begins[:, None]
        return torch.cat([text[:, None].expand(-1, new, -1), read.sees], -1)[:, None]

    def join(self, other: "KeyValueCache") -> None:
        """Take the other's rows in, behind the own; where it fails, nothing has changed."""
        rows, span = len(self.begins), other.length - other.first
        total = rows + len(other.begins)
        places = len(self._layers[0])
        if total > places or span > self.length:
            places = places if total <= places else total + total // 4
            self._resize(places, max(self.length - self.first, span))
        start = self.length - span
        for index, layer in enumerate(self._layers):
            layer[rows:total, :, :start] = 0  # of whoever had the place nothing is left
            layer[rows:total, :, start : self.length] = other.layer(index)
        self._place(torch.cat([self.begins, other.begins + (self.length - other.length)]))

    def take(self, rows: Sequence[int]) -> None:
        """Retain these rows, in this order, one perhaps several times; only what changes its place is
        copied.
        """
        if len(rows) > len(self._layers[0]):
            self._resize(len(rows), self.length - self.first)
        moved = [(to, row) for to, row in enumerate(rows) if to != row]
        if moved:
            to, row = map(list, zip(*moved, strict=True))
            for layer in self._layers:
                layer[to, :, : self.length] = layer[row, :, : self.length]
        self._place(self.begins[list(rows)])

    def _place(self, begins: Tensor, first: int | None = None) -> None:
        self.begins = begins
        """Int[row]: the slot of each row's first token."""
        self.first = int(begins.min()) if first is None else first
        """No row sees a slot before."""
        self._visible = None
        if (begins != self.first).any():
            slots = torch.arange(self._layers[0].shape[2])
            self._visible = (slots >= begins[:, None])[:, None, None]

    def _resize(self, rows: int, length: int, new: int = 0) -> None:
        """New buffers for so many rows, whose slots, without those that nobody sees, end at `length`."""
        span = self.length - self.first
        layers = []
        for index in range(len(self._layers)):
            filled = self.layer(index)
            layer = filled.new_zeros(rows, filled.shape[1], _roomy(length + new), filled.shape[3])
            layer[: len(filled), :, length - span : length] = filled
            layers.append(layer)
        self._layers = layers
        begins, self.length = self.begins + (length - self.length), length
        self._place(begins)


def _roomy(length: int) -> int:
    return length + max(MARGIN, length // 2)
