"""Which stems of a mix can be heard.

A stem is heard for as long as it holds a good share of the power in some frequency band that is
not itself drowned by the rest of the mix. It knows waveforms and gains, no notes.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float, Float32

Powers = Float32[np.ndarray, "stems frames bands"]

_FRAME = 1024
_BANDS = 28
_LOWEST_HZ = 40.0
_SHARE = 0.4
_FLOOR_DB = -28.0
MIN_SECONDS = 0.8
"""A stem that is heard for less than this is not part of what a clip is said to contain."""


def band_powers(waveforms: Float32[np.ndarray, "stems samples"], rate: int) -> Powers:
    """Power of each stem in time and frequency.

    Frames do not overlap; bands lie evenly in log frequency.
    """
    stems, samples = waveforms.shape
    frames = samples // _FRAME
    window = np.hanning(_FRAME).astype(np.float32)
    framed = waveforms[:, : frames * _FRAME].reshape(stems, frames, _FRAME) * window
    spectrum = np.fft.rfft(framed)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    edges = np.geomspace(_LOWEST_HZ, rate / 2, _BANDS + 1)[:-1] * _FRAME / rate
    starts = np.unique(np.maximum(1, np.round(edges).astype(int)))
    return np.add.reduceat(power, starts, axis=-1).astype(np.float32)


def active_level(powers: Powers) -> Float[np.ndarray, " stems"]:
    """Root mean power of each stem over the frames in which it plays."""
    by_frame = powers.sum(axis=-1).astype(np.float64)
    active = by_frame > by_frame.max(axis=1, keepdims=True) * 1e-4
    mean = (by_frame * active).sum(axis=1) / np.maximum(active.sum(axis=1), 1)
    return np.sqrt(mean)


def seconds_heard(
    powers: Powers, gains: Sequence[float] | Float[np.ndarray, " stems"], rate: int
) -> Float[np.ndarray, " stems"]:
    """For how long each stem of a mix can be heard, in seconds, given linear gains."""
    scaled = powers * np.square(np.asarray(gains, dtype=np.float32))[:, None, None]
    total = scaled.sum(axis=0)
    loud = total > total.max(axis=-1, keepdims=True) * 10 ** (_FLOOR_DB / 10)
    loud &= total > total.max() * 1e-6
    heard = (scaled > _SHARE * total) & loud
    return heard.any(axis=-1).sum(axis=1) * (_FRAME / rate)


def audible(
    powers: Powers, gains: Float[np.ndarray, " stems"], rate: int
) -> Bool[np.ndarray, " stems"]:
    """Which stems to keep: the least audible one is left out until all that remain are heard."""
    kept = np.ones(len(gains), dtype=bool)
    while kept.sum() > 1:
        heard = np.where(kept, seconds_heard(powers, gains * kept, rate), np.inf)
        least = int(heard.argmin())
        if heard[least] >= MIN_SECONDS:
            break
        kept[least] = False
    return kept
