"""A fresh adapter: tensors that no file holds yet, the same for the same seed.

Each tensor is drawn from a generator of its own, so that it needs no other tensor in memory and
does not depend on their order. Knows names and shapes, no files.
"""

import math
import zlib
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor

from mullama.checkpoints.lazy_tensor import LazyTensor, lazy_full


def fresh(
    names: Iterable[str],
    shapes: Mapping[str, tuple[int, ...]],
    seed: int,
    *,
    gate: float = 0.0,
) -> dict[str, LazyTensor]:
    """Plan tensors of these names: gates at `gate`, norms one, linear layers as torch draws them."""
    return {
        name: lazy_full(shapes[name], f"fresh {name}", _filler(name, shapes, seed, gate))
        for name in names
    }


def zeros(shape: tuple[int, ...], name: str) -> LazyTensor:
    """Plan zeros: a bias that was never trained."""
    return lazy_full(shape, f"zeros for {name}", torch.zero_)


def _filler(
    name: str, shapes: Mapping[str, tuple[int, ...]], seed: int, gate: float
) -> Callable[[Tensor], Tensor]:
    if name.endswith(".gates"):
        return lambda empty: empty.fill_(gate)
    if name.endswith(".lora_B"):
        return torch.zero_
    if name.endswith("norm.weight"):
        return _ones
    if name == "bridge.mix.weight" and shapes[name][-1] == 1:
        return _ones  # one state needs no mixing, and a random sign or offset would only hide it
    if name == "bridge.mix.bias" and shapes["bridge.mix.weight"][-1] == 1:
        return torch.zero_
    generator_seed = zlib.crc32(f"{seed} {name}".encode())
    bound = 1 / math.sqrt(shapes[name.replace(".bias", ".weight")][-1])

    def draw(empty: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(generator_seed)
        if name.endswith(".queries"):
            return empty.normal_(generator=generator)
        return empty.uniform_(-bound, bound, generator=generator)

    return draw


def _ones(empty: Tensor) -> Tensor:
    return empty.fill_(1.0)
