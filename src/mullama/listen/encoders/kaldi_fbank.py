"""A waveform window becomes log-mel frames as Kaldi's filter bank (compute-fbank-feats) defines them.

Frames of 25 ms every 10 ms, whole ones only; each loses its mean, is pre-emphasised and shaped by a
symmetric Hann window. The triangles are linear in mel, mel = 1127 ln(1 + f / 700), and have no weight
at the Nyquist bin. Made from the formula each time, in numpy, so that no filter is stored with weights.
"""

from functools import lru_cache

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray
from torch import Tensor
from torch.nn import functional

FRAME_SECONDS, HOP_SECONDS = 0.025, 0.01
PRE_EMPHASIS = 0.97
LOWEST_HZ = 20.0
SMALLEST = float(np.finfo(np.float32).eps)
"""Energy that silence counts as; its logarithm is -15.94."""


def frame_samples(rate_hz: int) -> int:
    """The length of a frame."""
    return round(FRAME_SECONDS * rate_hz)


def kaldi_fbank(
    windows: Float[Tensor, "window samples"], rate_hz: int, bands: int
) -> Float[Tensor, "window bands frames"]:
    """Windows of at least one frame -> the natural logarithm of each band's energy, float32."""
    size = frame_samples(rate_hz)
    frames = windows.float().unfold(-1, size, round(HOP_SECONDS * rate_hz))
    frames = frames - frames.mean(-1, keepdim=True)
    before = torch.cat([frames[..., :1], frames[..., :-1]], dim=-1)
    shape = torch.hann_window(size, periodic=False, device=frames.device)
    padded = _fourier_samples(size)
    spectrum = torch.fft.rfft((frames - PRE_EMPHASIS * before) * shape, padded)
    power = torch.view_as_real(spectrum[..., :-1]).square().sum(-1)
    triangles = torch.from_numpy(_triangles(rate_hz, padded, bands)).to(power)
    return functional.linear(power, triangles).clamp_min(SMALLEST).log().transpose(-1, -2)


def _fourier_samples(size: int) -> int:
    """The next power of two, up to which frames are filled with zeros."""
    return 1 << (size - 1).bit_length()


@lru_cache(maxsize=8)
def _triangles(rate_hz: int, padded: int, bands: int) -> NDArray[np.float32]:
    """(bands, bins); a band narrower than the bins may hold none, and is silent then."""
    edges = np.linspace(_mel(LOWEST_HZ), _mel(rate_hz / 2), bands + 2)
    bins = _mel(np.arange(padded // 2) * (rate_hz / padded))
    low, peak, high = (edges[start : start + bands, None] for start in range(3))
    rising, falling = (bins - low) / (peak - low), (high - bins) / (high - peak)
    return np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)


def _mel(hz: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(1127.0 * np.log1p(np.asarray(hz, dtype=np.float64) / 700.0))
