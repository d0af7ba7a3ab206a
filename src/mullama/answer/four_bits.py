"""A matrix -> itself in groups of 4-bit steps, and its product with few rows, on a CPU.

The product is torch's own (`_weight_int4pack_mm_for_cpu`, which torchao's 4-bit weights call): rows in
bfloat16, sums in float32. The steps of a group are fitted to it by least squares over a few ranges. Does
not know what the matrix is for.
"""

from collections.abc import Callable

import torch
from torch import Tensor

GROUP = 32
"""Weights of a row that share a scale and a zero."""
OUTPUTS = 16
"""The product takes whole multiples of so many rows of the matrix."""
ROWS_AT_ONCE = 128
"""Rows that are fitted together: a fit holds some ten times their memory."""
LEVELS = 15
MIDDLE = 8
"""The level that stands for a group's zero."""
SHRINKAGES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
"""Shares of a group's range that are tried: what a narrower one cuts off, the others gain in steps."""


def fits_four_bits(weight: Tensor) -> bool:
    """Whether a matrix (out, in) is made of whole groups."""
    return weight.shape[1] % GROUP == 0 and weight.shape[0] % OUTPUTS == 0


def packed_int4(weight: Tensor) -> Callable[[Tensor], Tensor]:
    """The product with a matrix Float[out in] in 4 bits: Float[rows in] -> Float[rows out]."""
    levels, scale, zero = quantize_groups(weight)
    packed = torch.ops.aten._convert_weight_to_int4pack_for_cpu(levels.int(), 1)
    grid = torch.stack((scale, zero), -1).transpose(0, 1).contiguous().bfloat16()
    multiply = torch.ops.aten._weight_int4pack_mm_for_cpu.default
    return lambda x: multiply(x.bfloat16(), packed, GROUP, grid).float()


def quantize_groups(weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Levels of 0..15 (out, in), and scale and zero of each group (out, groups), in bfloat16's values.

    A weight is (level - 8) * scale + zero.
    """
    parts = [_fit(rows) for rows in weight.split(ROWS_AT_ONCE)]
    levels, scale, zero = (torch.cat(kind) for kind in zip(*parts, strict=True))
    return levels.view(weight.shape), scale, zero


def _fit(weight: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    groups = weight.view(len(weight), -1, GROUP)
    low, high = groups.amin(-1), groups.amax(-1)
    best = torch.full_like(low, torch.inf)
    found = [
        torch.zeros_like(weight, dtype=torch.uint8).view(groups.shape),
        low.clone(),
        low.clone(),
    ]
    for share in SHRINKAGES:
        middle = (low + high) / 2
        scale = ((high - low) * share / LEVELS).clamp_(min=1e-30).bfloat16().float()
        zero = (middle + scale / 2).bfloat16().float()
        levels = (
            ((groups - zero[..., None]) / scale[..., None]).round_().add_(MIDDLE).clamp_(0, LEVELS)
        )
        error = ((levels - MIDDLE) * scale[..., None] + zero[..., None] - groups).square_().sum(-1)
        better = error < best
        best = torch.where(better, error, best)
        for kept, new in zip(found, (levels.to(torch.uint8), scale, zero), strict=True):
            kept[better] = new[better]
    return found[0], found[1], found[2]
