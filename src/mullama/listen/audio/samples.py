"""Whatever numbers a decoder or a caller hands over -> float32 samples, full scale at 1.

Knows the integer conventions of PCM (signed symmetrical, unsigned 8 bit around 128). Does not know
files, rates or channels.
"""

from typing import Any

import numpy as np
from jaxtyping import Float32
from numpy.typing import NDArray

from mullama.errors import AudioError

Frames = Float32[np.ndarray, "frames channels"]
"""As a source gives them."""
Waveform = Float32[np.ndarray, " samples"]
"""Mono."""

MAX_AMPLITUDE = 2.0**32
"""Beyond this a float is no sample any more: even 32-bit integers stored unscaled stay below."""


def as_float(numbers: NDArray[Any], name: str) -> NDArray[np.float32]:
    """Scale integers to [-1, 1) by their width, pass floats through.

    Raises `AudioError` for NaN, infinite or absurdly large floats, and for anything that is no
    number; `name` says whose they are.
    """
    kind = numbers.dtype.kind
    if kind == "f":
        require_finite(numbers, name)
        return numbers.astype(np.float32, copy=False)
    if kind not in "iu":
        raise AudioError(f"{name}: samples must be integers or floats, not {numbers.dtype}")
    half_range = 2.0 ** (8 * numbers.dtype.itemsize - 1)
    centre = half_range if kind == "u" else 0.0
    return ((numbers.astype(np.float64) - centre) / half_range).astype(np.float32)


def require_finite(samples: NDArray[Any], name: str) -> float:
    """Return the largest magnitude; raise `AudioError` if it is NaN, infinite or absurd."""
    if not samples.size:
        return 0.0
    peak = float(max(samples.max(), -samples.min()))
    if not peak <= MAX_AMPLITUDE:  # also false for NaN
        raise AudioError(
            f"{name}: holds NaN, infinite or absurdly large samples; export the sound again"
        )
    return peak
