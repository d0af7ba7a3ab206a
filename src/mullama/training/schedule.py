"""Learning rates and orders of data: the published ones, and ours beside them.

Functions of numbers only. Liu et al. 2023 (arXiv 2308.11276) train as LLaMA-Adapter does; ours
differs where docs/quirks.md calls the published way a fault.
"""

import math

import numpy as np
import torch
from numpy.typing import NDArray


def learning_rate(peak: float, warmup: float, total: float, at: float) -> float:
    """Linear rise from zero over `warmup`, then half a cosine down to zero at `total`.

    `at`, `warmup` and `total` are in one unit: epochs, as published, or steps.
    """
    if at < warmup:
        return peak * at / warmup
    share = (at - warmup) / max(total - warmup, 1e-9)
    return peak * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def shuffled(count: int, seed: int, epoch: int, parts: int = 1) -> NDArray[np.int64]:
    """Indices of one epoch: one of `parts` parts of a pass, each pass in another order, none left out."""
    turn, part = divmod(epoch, parts)
    order = np.random.default_rng([seed, turn]).permutation(count)
    return np.array_split(order, parts)[part]


def published_order(
    count: int, epoch: int, *, parts: int = 1, rank: int = 0, ranks: int = 1, seed: int = 0
) -> list[int]:
    """Indices of one epoch for one process, as published: what does not divide evenly is left out.

    With one part the order is that of torch's DistributedSampler, which repeats the first indices to
    divide evenly; with more, every part-th of a permutation that is drawn anew for each pass.
    """
    generator = torch.Generator().manual_seed(seed + epoch // parts)
    order = torch.randperm(count, generator=generator).tolist()
    if parts == 1:
        missing = -count % ranks
        order += (order * -(-missing // max(1, count)))[:missing]
        return order[rank::ranks]
    size = count // (parts * ranks)
    return order[rank * parts + epoch % parts :: ranks * parts][:size]
