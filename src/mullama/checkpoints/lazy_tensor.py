"""Tensors to be: shape and type are known at once, the numbers are made when they are written.

So every misfit of what is to be written is found before the first byte. Knows no files and no names.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mullama.errors import CheckpointError


@dataclass(frozen=True)
class LazyTensor:
    """A tensor's shape and type, and how its numbers are made."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    origin: str
    """What it is made from, in words for an error."""
    make: Callable[[], Tensor]

    @property
    def bytes(self) -> int:
        """Size on the disk."""
        return torch.Size(self.shape).numel() * self.dtype.itemsize

    def then(self, change: Callable[[Tensor], Tensor]) -> "LazyTensor":
        """The same tensor after a change, which is tried on the shape at once.

        Raises CheckpointError for a shape that the change cannot take.
        """
        tried = _try(change, self)
        made = replace(self, shape=tuple(tried.shape), dtype=tried.dtype)
        return replace(made, make=lambda: change(self.make()))


def concat(parts: Iterable[LazyTensor], combine: Callable[[list[Tensor]], Tensor]) -> LazyTensor:
    """Several lazy tensors made into one, as by `torch.cat` or `torch.stack`.

    Raises CheckpointError for shapes that do not go together.
    """
    parts = list(parts)
    tried = _try(lambda *pieces: combine(list(pieces)), *parts)
    shape, origin = tuple(tried.shape), parts[0].origin
    return LazyTensor(shape, tried.dtype, origin, lambda: combine([part.make() for part in parts]))


def lazy_full(shape: Iterable[int], origin: str, make: Callable[[Tensor], Tensor]) -> LazyTensor:
    """A float32 tensor that no file holds; `make` fills an empty one."""
    shape = tuple(shape)
    return LazyTensor(shape, torch.float32, origin, lambda: make(torch.empty(shape)))


def _try(change: Callable[..., Tensor], *tensors: LazyTensor) -> Tensor:
    """What becomes of the shapes, on torch's meta device."""
    try:
        return change(*(torch.empty(t.shape, dtype=t.dtype, device="meta") for t in tensors))
    except (RuntimeError, IndexError, ValueError) as cause:
        shapes = " and ".join(str(shape) for shape in dict.fromkeys(t.shape for t in tensors))
        raise CheckpointError(
            f"{tensors[0].origin} has shape {shapes}, which does not fit: take the files that belong "
            "together"
        ) from cause
