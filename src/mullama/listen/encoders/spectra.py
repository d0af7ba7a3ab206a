"""A waveform window becomes pictures of it without weights: bands, onsets, notes, what follows from them.

Bands: power on a semitone scale, one band a pitch from C1 up, on a logarithmic scale that is zero
at silence and free of the window's level. Onsets: how strongly each of four registers rises. Tempogram
(Grosche, Mueller and Kurth 2010) and time statistics are computed from these two. The filters are
made from the formula each time, in numpy, so that they are neither stored with the weights nor lost
when a model is built without memory. Knows nothing of networks.
"""

import math
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mullama.listen.encoders.pitches import LOWEST_HZ, PITCH_CLASSES, PITCHES, pitches

BANDS = 100
"""Band i is i semitones above LOWEST_HZ, at A = 440 Hz."""
FRAMES_HZ = 50
ONSETS_HZ = 100
ONSET_GROUPS = 4
ONSET_EDGES_HZ = (30.0, 200.0, 800.0, 3200.0, 11000.0)
SUBBANDS = 8
"""Bands in each onset group, whose rises are averaged."""
LAGS = 96
LAG_SECONDS = (0.16, 3.2)
MULTIPLES = (1, 2, 3, 4)
"""Of a beat's length, and of its rate, at which it shows as well."""
BEAT_PICTURES = 2 * len(MULTIPLES) * ONSET_GROUPS
BEATS = slice(20, 63)
"""Lags that may be a beat: of 53 to 204 BPM."""
BEAT_SHARES = ((1.0, 1.0, 0.0, 1.0), (2.0, 1.0, 0.0, 1.0))
"""Of each multiple, of lags and of rates, in how well a lag serves as the beat."""
STATISTICS = 4
FLOOR = 1e-5
"""Share of the mean band power below which a band counts as silent (-50 dB)."""
SILENCE = 1e-10
"""Mean band power, for samples within +-1, under which nothing is raised to full level."""
REFERENCE_HZ = 24_000
LONG, MIDDLE, SHORT = 8192, 4096, 1024
"""Samples of the three Fourier windows at the reference rate: the lower the pitch, the longer."""
CACHED_SAMPLES = 2**18
"""Of Fourier windows that are transformed at a time on a CPU."""
RANGES = ((0, 36, LONG), (36, 60, MIDDLE), (60, BANDS, SHORT))
"""Which bands come from which window."""


class Spectra(NamedTuple):
    """What the fixed part of the encoder makes of windows of equal length."""

    bands: Float[Tensor, "window bands frames"]
    """50 frames a second; log(1 + power / floor), about 0 to 16."""
    onsets: Float[Tensor, "window groups frames"]
    """100 frames a second; mean rise of the log power, zero or more."""
    pitches: Float[Tensor, "window pitches shorter"]
    """5 frames a second; see pitches.py."""


class Powers(NamedTuple):
    """Power of windows of equal length, on the samples' own scale."""

    bands: Float[Tensor, "window bands frames"]
    """50 frames a second."""
    bins: Float[Tensor, "window bins frames"]
    """Of the short Fourier windows, 100 frames a second: what onsets are read from."""


def powers(windows: Float[Tensor, "window samples"], rate_hz: int) -> Powers:
    """Windows -> the power of their bands and bins, in float32 whatever the input."""
    windows = windows.float()
    frames = max(1, windows.shape[-1] * FRAMES_HZ // rate_hz)
    filters = [torch.from_numpy(_band_filters(rate_hz, part)).to(windows) for part in range(3)]
    hops = (2 * rate_hz // FRAMES_HZ, rate_hz // FRAMES_HZ, rate_hz // ONSETS_HZ)
    long, middle, short = (
        _powers(windows, round(size * rate_hz / REFERENCE_HZ), hop, bells.shape[1])
        for (_, _, size), hop, bells in zip(RANGES, hops, filters, strict=True)
    )
    rows = [
        (filters[0] @ long).repeat_interleave(2, dim=-1),
        filters[1] @ middle,
        functional.avg_pool1d(filters[2] @ short, 2, ceil_mode=True),
    ]
    return Powers(torch.cat([row[..., :frames] for row in rows], dim=1), short)


def spectra(
    windows: Float[Tensor, "window samples"], rate_hz: int, *, tuned: bool = True
) -> Spectra:
    """Windows -> their bands, onsets and, if `tuned`, notes (else of no length), in float32."""
    found = powers(windows, rate_hz)
    level = found.bands.mean(dim=(1, 2), keepdim=True).clamp_min(SILENCE)
    bands = torch.log1p(found.bands / (level * FLOOR))
    notes = pitches(windows, rate_hz) if tuned else bands.new_zeros(len(bands), PITCHES, 0)
    return Spectra(bands, onset_strength(found, rate_hz), notes)


def onset_strength(found: Powers, rate_hz: int) -> Float[Tensor, "window groups frames"]:
    """How strongly each register rises; see `Spectra.onsets`."""
    level = found.bands.mean(dim=(1, 2), keepdim=True).clamp_min(SILENCE)
    registers = torch.from_numpy(_onset_filters(rate_hz)).to(found.bins)
    loudness = torch.log1p((registers @ found.bins) / (level * FLOOR * 100))
    rises = functional.pad(loudness, (1, 0), mode="replicate").diff(dim=-1).clamp_min(0)
    groups = rises.unflatten(1, (ONSET_GROUPS, SUBBANDS)).mean(2)
    return groups[..., : 2 * found.bands.shape[-1]]


def tempogram(
    onsets: Float[Tensor, "window groups frames"],
    multiples: tuple[int, ...] = (1,),
) -> Float[Tensor, "window pictures lags"]:
    """Onsets -> their autocorrelation at log-spaced lags, and at multiples of those.

    The pictures are those of all groups for the first multiple, then for the next. One is the onsets' own
    variance; lags longer than seven eighths of the window are zero.
    """
    frames = onsets.shape[-1]
    x = onsets - onsets.mean(-1, keepdim=True)
    size = 1 << math.ceil(math.log2(2 * frames))
    spectrum = torch.fft.rfft(x, size)
    products = torch.fft.irfft(spectrum.abs().square(), size)[..., :frames]
    pairs = torch.arange(frames, 0, -1, device=x.device)
    correlation = products / pairs / (products[..., :1] / frames + 1e-6)
    reliable = torch.where(pairs * 8 >= frames, correlation, 0.0)
    at = torch.cat([multiple * torch.from_numpy(_lag_frames()) for multiple in multiples]).to(x)
    padded = functional.pad(reliable, (0, max(0, int(at.max()) + 2 - frames)))
    below = at.floor().long()
    part = at - below
    read = padded[..., below] * (1 - part) + padded[..., below + 1] * part
    return read.unflatten(-1, (len(multiples), LAGS)).transpose(1, 2).flatten(1, 2)


def fourier_tempogram(
    onsets: Float[Tensor, "window groups frames"], multiples: tuple[int, ...] = (1,)
) -> Float[Tensor, "window pictures lags"]:
    """Onsets -> how strongly they swing at the rates of the tempogram's lags, and at multiples of those rates.

    One for a pure swing. Where an autocorrelation has multiples of a beat's length, this has parts of it
    (Grosche, Mueller and Kurth 2010, section 2): both together tell a beat from what is twice or two
    thirds as long.
    """
    frames = onsets.shape[-1]
    x = onsets - onsets.mean(-1, keepdim=True)
    real, imaginary = (torch.from_numpy(waves).to(x) for waves in _waves(frames, multiples))
    swings = (x @ real).square() + (x @ imaginary).square()
    size = x.square().sum(-1, keepdim=True) * (3 / 8 * frames) + 1e-6
    read = (3 * swings / size).sqrt()
    return read.unflatten(-1, (len(multiples), LAGS)).transpose(1, 2).flatten(1, 2)


def beat_pictures(
    onsets: Float[Tensor, "window groups frames"],
) -> Float[Tensor, "window pictures lags"]:
    """Onsets -> BEAT_PICTURES of them: lags and rates, each beside its multiples."""
    return torch.cat([tempogram(onsets, MULTIPLES), fourier_tempogram(onsets, MULTIPLES)], dim=1)


def beat_scores(
    onsets: Float[Tensor, "window groups frames"],
) -> Float[Tensor, "window beats"]:
    """Onsets -> how well each lag of BEATS serves as the beat, of deviation one; zero in silence.

    A weighted sum of autocorrelation and spectrum of the onsets, there and at twice and four times as
    much: lags and rates agree on the beat alone (Peeters 2006, "Template-based estimation of time-varying
    tempo").
    """
    kinds = beat_pictures(onsets)[..., BEATS].unflatten(1, (2, len(MULTIPLES), ONSET_GROUPS))
    shares = torch.tensor(BEAT_SHARES).to(kinds)
    sums = torch.einsum("wkmgl,km->wl", kinds, shares) / ONSET_GROUPS
    return (sums - sums.mean(1, keepdim=True)) / sums.std(1, keepdim=True).clamp_min(1e-3)


def statistics(
    bands: Float[Tensor, "window bands frames"],
) -> Float[Tensor, "window 4 bands"]:
    """Bands -> their mean, deviation, mean rise and 90th percentile.

    Scaled so that each lies near one.
    """
    frames = bands.shape[-1]
    rises = functional.pad(bands, (1, 0), mode="replicate").diff(dim=-1).clamp_min(0).mean(-1)
    loud = bands.kthvalue(max(1, round(0.9 * frames)), dim=-1).values
    deviation = bands.std(-1, correction=0)
    return torch.stack([bands.mean(-1) / 8, deviation / 2, rises * 4, loud / 8], dim=1)


def _powers(windows: Tensor, size: int, hop: int, count: int) -> Tensor:
    """Power of the lowest bins (window, bins, frames), scaled to the samples' own.

    As torch.stft has it, with silence before and behind, but few frames at a time on a CPU, which stay
    in its cache: half the time, and the same numbers.
    """
    shape = torch.hann_window(size, device=windows.device)
    frames = functional.pad(windows, (size // 2, size // 2)).unfold(-1, size, hop)
    few = frames.shape[1]
    if windows.device.type == "cpu":
        few = max(1, CACHED_SAMPLES // (size * len(windows)))
    powers = []
    for some in frames.split(few, dim=1):
        bins = torch.fft.rfft(some * shape)[..., :count]
        powers.append(bins.real.square() + bins.imag.square())
    return torch.cat(powers, dim=1).transpose(1, 2) / (shape.sum() ** 2 / 2)


@lru_cache(maxsize=8)
def _band_filters(rate_hz: int, part: int) -> NDArray[np.float32]:
    """Bells on the frequency scale, one a semitone (bands, bins); the narrowest span two bins.

    The last part has all its bins, for the onsets; the others end where their bells do.
    """
    first, last, size = RANGES[part]
    centres = LOWEST_HZ * 2 ** (np.arange(first, last) / PITCH_CLASSES)
    spacing = REFERENCE_HZ / size
    bins = np.arange(round(size * rate_hz / REFERENCE_HZ) // 2 + 1) * spacing
    widths = np.maximum(centres * (2 ** (0.5 / PITCH_CLASSES) - 1), 0.6 * spacing)
    bells = np.exp(-0.5 * ((bins[None] - centres[:, None]) / widths[:, None]) ** 2)
    bells[bells < 1e-3] = 0.0
    used = len(bins) if last == BANDS else int(np.flatnonzero(bells.any(0))[-1]) + 1
    return np.ascontiguousarray(bells[:, :used], dtype=np.float32)


@lru_cache(maxsize=8)
def _onset_filters(rate_hz: int) -> NDArray[np.float32]:
    """Plain averages of bins (groups * subbands, bins)."""
    spacing = REFERENCE_HZ / SHORT
    bins = np.arange(round(SHORT * rate_hz / REFERENCE_HZ) // 2 + 1) * spacing
    edges = np.concatenate(
        [np.geomspace(low, high, SUBBANDS + 1)[:-1] for low, high in pairwise(ONSET_EDGES_HZ)]
        + [np.array(ONSET_EDGES_HZ[-1:])]
    )
    rows = []
    for low, high in pairwise(edges):
        centre, half = (low + high) / 2, max((high - low) / 2, 0.75 * spacing)
        row = (np.abs(bins - centre) <= half).astype(np.float32)
        rows.append(row / row.sum())
    return np.stack(rows)


@lru_cache(maxsize=8)
def _waves(
    frames: int, multiples: tuple[int, ...]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Cosines and sines (frames, multiples * lags) of the lags' rates and their multiples, under a bell."""
    times = np.arange(frames)[:, None] / ONSETS_HZ
    turns = 2 * math.pi * times * (np.array(multiples)[:, None] / lag_seconds()).reshape(1, -1)
    bell = np.sin(math.pi * np.arange(frames)[:, None] / frames) ** 2
    return (bell * np.cos(turns)).astype(np.float32), (bell * np.sin(turns)).astype(np.float32)


def lag_seconds() -> NDArray[np.float32]:
    """The lags of a tempogram, the shortest first."""
    return np.geomspace(*LAG_SECONDS, LAGS).astype(np.float32)


def _lag_frames() -> NDArray[np.float32]:
    return (np.geomspace(*LAG_SECONDS, LAGS) * ONSETS_HZ).astype(np.float32)
