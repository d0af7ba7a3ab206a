"""Windows of one piece become its Listening: the mean over time of each hidden state.

The windows come as a stream and are dropped once heard, so the length of a piece does not matter.
"""

from collections.abc import Iterable
from itertools import groupby, islice

import numpy as np
import torch
from torch import Tensor, nn

BATCH_SECONDS = 60.0
"""Windows of equal length are heard together up to this much sound at a time."""


@torch.inference_mode()
def hear(encoder: nn.Module, windows: Iterable[np.ndarray]) -> Tensor:
    """Waveform windows (samples,) -> Listening (states, features), each window by its true weight."""
    total: Tensor | None = None
    samples = 0
    device = next(encoder.parameters()).device
    most = BATCH_SECONDS * encoder.config.sampling_rate  # type: ignore[union-attr]
    for length, alike in groupby(windows, key=len):
        while batch := list(islice(alike, max(1, int(most // length)))):
            means = encoder(torch.from_numpy(np.stack(batch)).to(device)).double().sum(dim=0) * length
            total = means if total is None else total + means
            samples += length * len(batch)
    if total is None:
        raise ValueError("there is no window to hear")
    return (total / samples).float()
