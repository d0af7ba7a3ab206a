"""A waveform window becomes pictures of it that have nothing to learn: bands, onsets, what follows.

Bands: power on a semitone scale, one band a pitch from C1 up, on a logarithmic scale that is zero at
silence and free of the window's level. Onsets: how strongly each of four registers rises. Tempogram
(Grosche, Mueller and Kurth 2010) and time statistics are computed from these two. The filters are
made from the formula each time, in numpy, so that they are neither stored with the weights nor lost
when a model is built without memory. Knows nothing of networks.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

BANDS = 100
PITCH_CLASSES = 12
OCTAVES = BANDS // PITCH_CLASSES
LOWEST_HZ = 32.703
"""C1; band i is i semitones above."""
FRAMES_HZ = 50
ONSETS_HZ = 100
ONSET_GROUPS = 4
ONSET_EDGES_HZ = (30.0, 200.0, 800.0, 3200.0, 11000.0)
SUBBANDS = 8
"""Bands in each onset group, whose rises are averaged."""
LAGS = 96
LAG_SECONDS = (0.16, 3.2)
STATISTICS = 4
FLOOR = 1e-5
"""Share of the mean band power below which a band counts as silent (-50 dB)."""
SILENCE = 1e-10
"""Mean band power, for samples within +-1, under which nothing is raised to full level."""
LONG, MIDDLE, SHORT = 8192, 4096, 1024
"""Samples of the three Fourier windows at 24 kHz: the lower the pitch, the longer."""
RANGES = ((0, 36, LONG), (36, 60, MIDDLE), (60, BANDS, SHORT))
"""Which bands come from which window."""


class Spectra(NamedTuple):
    """What the fixed part of the encoder hears in windows of equal length."""

    bands: Tensor
    """(window, bands, frames) at 50 frames a second; log(1 + power / floor), about 0 to 16."""
    onsets: Tensor
    """(window, groups, frames) at 100 frames a second; mean rise of the log power, zero or more."""


def spectra(windows: Tensor, rate_hz: int) -> Spectra:
    """Windows (window, samples) -> their bands and onsets, in float32 whatever the input."""
    windows = windows.float()
    frames = max(1, windows.shape[-1] * FRAMES_HZ // rate_hz)
    long = _powers(windows, LONG, rate_hz, 2 * rate_hz // FRAMES_HZ)
    middle = _powers(windows, MIDDLE, rate_hz, rate_hz // FRAMES_HZ)
    short = _powers(windows, SHORT, rate_hz, rate_hz // ONSETS_HZ)
    rows = [
        (_filters(rate_hz, 0).to(long) @ long).repeat_interleave(2, dim=-1),
        _filters(rate_hz, 1).to(middle) @ middle,
        functional.avg_pool1d(_filters(rate_hz, 2).to(short) @ short, 2, ceil_mode=True),
    ]
    power = torch.cat([row[..., :frames] for row in rows], dim=1)
    level = power.mean(dim=(1, 2), keepdim=True).clamp_min(SILENCE)
    return Spectra(
        torch.log1p(power / (level * FLOOR)), _onsets(short, level, rate_hz)[..., : 2 * frames]
    )


def tempogram(onsets: Tensor) -> Tensor:
    """Onsets (window, groups, frames) -> their autocorrelation (window, groups, lags), log-spaced.

    One is the onsets' own variance; lags longer than the window are zero.
    """
    frames = onsets.shape[-1]
    x = onsets - onsets.mean(-1, keepdim=True)
    size = 1 << math.ceil(math.log2(2 * frames))
    spectrum = torch.fft.rfft(x, size)
    products = torch.fft.irfft(spectrum.abs().square(), size)[..., :frames]
    pairs = torch.arange(frames, 0, -1, device=x.device)
    correlation = products / pairs / (products[..., :1] / frames + 1e-6)
    reliable = torch.where(pairs * 8 >= frames, correlation, 0.0)
    at = torch.from_numpy(_lag_frames()).to(x)
    padded = functional.pad(reliable, (0, max(0, int(at[-1]) + 2 - frames)))
    below = at.floor().long()
    part = at - below
    return padded[..., below] * (1 - part) + padded[..., below + 1] * part


def statistics(bands: Tensor) -> Tensor:
    """Bands (window, bands, frames) -> mean, deviation, mean rise, 90th percentile (window, 4, bands).

    Scaled so that each lies near one.
    """
    frames = bands.shape[-1]
    rises = bands.diff(dim=-1).clamp_min(0).mean(-1) if frames > 1 else torch.zeros_like(bands[..., 0])
    loud = bands.kthvalue(max(1, round(0.9 * frames)), dim=-1).values
    deviation = bands.std(-1, correction=0)
    return torch.stack([bands.mean(-1) / 8, deviation / 2, rises * 4, loud / 8], dim=1)


def _powers(windows: Tensor, size: int, rate_hz: int, hop: int) -> Tensor:
    """Power spectrum (window, bins, frames), scaled to the samples' own power."""
    size = round(size * rate_hz / 24_000)
    shape = torch.hann_window(size, device=windows.device)
    bins = torch.stft(
        windows, size, hop, window=shape, center=True, pad_mode="constant", return_complex=True
    )
    return bins.abs().square() / (shape.sum() ** 2 / 2)


def _onsets(short: Tensor, level: Tensor, rate_hz: int) -> Tensor:
    registers = torch.from_numpy(_onset_filters(rate_hz)).to(short)
    loudness = torch.log1p((registers @ short) / (level * FLOOR * 100))
    rises = functional.pad(loudness, (1, 0), mode="replicate").diff(dim=-1).clamp_min(0)
    return rises.unflatten(1, (ONSET_GROUPS, SUBBANDS)).mean(2)


def _filters(rate_hz: int, part: int) -> Tensor:
    return torch.from_numpy(_band_filters(rate_hz, part))


@lru_cache(maxsize=8)
def _band_filters(rate_hz: int, part: int) -> NDArray[np.float32]:
    """Bells on a log-frequency scale, one a semitone (bands, bins); the narrowest span two bins."""
    first, last, size = RANGES[part]
    centres = LOWEST_HZ * 2 ** (np.arange(first, last) / PITCH_CLASSES)
    bins = np.arange(round(size * rate_hz / 24_000) // 2 + 1) * 24_000 / size
    widths = np.maximum(centres * (2 ** (0.5 / PITCH_CLASSES) - 1), 0.6 * 24_000 / size)
    bells = np.exp(-0.5 * ((bins[None] - centres[:, None]) / widths[:, None]) ** 2)
    bells[bells < 1e-3] = 0.0
    return bells.astype(np.float32)


@lru_cache(maxsize=8)
def _onset_filters(rate_hz: int) -> NDArray[np.float32]:
    """Plain averages of bins (groups * subbands, bins)."""
    bins = np.arange(round(SHORT * rate_hz / 24_000) // 2 + 1) * 24_000 / SHORT
    edges = np.concatenate(
        [
            np.geomspace(low, high, SUBBANDS + 1)[:-1]
            for low, high in zip(ONSET_EDGES_HZ, ONSET_EDGES_HZ[1:], strict=False)
        ]
        + [np.array(ONSET_EDGES_HZ[-1:])]
    )
    rows = []
    for low, high in zip(edges, edges[1:], strict=False):
        centre, half = (low + high) / 2, max((high - low) / 2, 0.75 * 24_000 / SHORT)
        row = (np.abs(bins - centre) <= half).astype(np.float32)
        rows.append(row / row.sum())
    return np.stack(rows)


def _lag_frames() -> NDArray[np.float32]:
    return (np.geomspace(*LAG_SECONDS, LAGS) * ONSETS_HZ).astype(np.float32)
