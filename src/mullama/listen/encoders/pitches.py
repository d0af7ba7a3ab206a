"""A waveform window becomes a picture of its notes, in the tuning that it is played in.

What a key is heard from: spectral peaks, with their frequencies read between the bins of a long Fourier
window, standing out of what lies around them, so that drums, hiss and distortion count for little. The
tuning is where most peaks lie between two semitones (the circular mean of their remainders, as
in Dressler and Streich 2007); the picture is moved by it. No weights. Knows nothing of networks.
"""

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

OCTAVES = 8
PITCH_CLASSES = 12
PITCHES = OCTAVES * PITCH_CLASSES
LOWEST_HZ = 32.703
"""C1; pitch i is i semitones above, in the piece's own tuning."""
PITCH_FRAMES_HZ = 5
REFERENCE_HZ = 24_000
LONG = 16_384
"""Samples of the Fourier window at the reference rate: two thirds of a second, in which C3 and C#3 part."""
HEARD_HZ = (55.0, 4000.0)
TUNED_HZ = (110.0, 2500.0)
"""Where a peak tells the tuning: below it lies between too few bins, above it is often no harmonic."""
SURROUNDINGS = 0.12
"""A peak counts by how far it stands out of the mean within this share of its frequency."""
CHANCE = 1.5
"""Noise has peaks too, hardly any of which stand out further than this (natural logarithm of power)."""
SILENCE = 1e-10
"""Mean power, for samples within +-1, under which nothing is a peak."""
FLOOR = 1e-4
"""Share of the loudest bin's power below which nothing is a peak (-40 dB)."""


def pitches(
    windows: Float[Tensor, "window samples"], rate_hz: int
) -> Float[Tensor, "window pitches frames"]:
    """Windows -> how far each pitch stands out, about 0 to 6 (log of power), 5 frames a second."""
    power, spacing_hz = _powers(windows.float(), rate_hz)
    semitones, salience = _peaks(power, spacing_hz)
    place = (semitones - tuning(semitones, salience)[:, None, None]).clamp(-1, PITCHES)
    rows, frames = power.shape[:2]
    peaks = salience.flatten().nonzero()[:, 0]
    at, share = place.flatten()[peaks], salience.flatten()[peaks]
    below = at.floor()
    part = at - below
    # Each peak is shared by the two pitches it lies between; the outer columns take what is outside.
    column = below.long() + 1 + peaks // salience.shape[-1] * (PITCHES + 2)
    size = rows * frames * (PITCHES + 2)
    found = torch.bincount(column, share * (1 - part), size)
    found += torch.bincount(column + 1, share * part, size + 1)[:size]
    found = found.to(power.dtype).unflatten(0, (rows, frames, PITCHES + 2))
    return found[..., 1:-1].transpose(1, 2)


def tuning(
    semitones: Float[Tensor, "window frames bins"], salience: Float[Tensor, "window frames bins"]
) -> Float[Tensor, " window"]:
    """Peaks above LOWEST_HZ and how far each stands out -> how far the piece is off, -0.5 to 0.5 semitones."""
    low, high = (PITCH_CLASSES * math.log2(hz / LOWEST_HZ) for hz in TUNED_HZ)
    weight = torch.where((semitones >= low) & (semitones <= high), salience, 0.0)
    turn = 2 * math.pi * semitones
    return torch.atan2((weight * turn.sin()).sum((1, 2)), (weight * turn.cos()).sum((1, 2))) / (
        2 * math.pi
    )


def _powers(windows: Tensor, rate_hz: int) -> tuple[Tensor, float]:
    """Power (window, frames, bins) of the bins that are heard and some above, and their distance in Hz."""
    size = round(LONG * rate_hz / REFERENCE_HZ)
    shape = torch.hann_window(size, device=windows.device)
    padded = functional.pad(windows, (size // 2, size // 2))
    frames = padded.unfold(-1, size, rate_hz // PITCH_FRAMES_HZ)
    count = max(1, windows.shape[-1] * PITCH_FRAMES_HZ // rate_hz)
    spacing_hz = rate_hz / size
    bins = torch.fft.rfft(frames[:, :count] * shape)[..., : round(1.2 * HEARD_HZ[1] / spacing_hz)]
    return (bins.real.square() + bins.imag.square()) / (shape.sum() ** 2 / 2), spacing_hz


def _peaks(power: Tensor, spacing_hz: float) -> tuple[Tensor, Tensor]:
    """Of every bin: where its peak lies, in semitones above LOWEST_HZ, and how far it stands out.

    The second is zero where there is no peak.
    """
    level = power.amax((1, 2), keepdim=True).clamp_min(SILENCE)
    log = torch.log(power / level + FLOOR)
    before, after = log[..., :-2], log[..., 2:]
    here = log[..., 1:-1]
    curve = (2 * here - before - after).clamp_min(1e-6)
    offset = (0.5 * (after - before) / curve).clamp(-0.5, 0.5)
    bins = torch.arange(1, log.shape[-1] - 1, device=power.device)
    hertz = (bins + offset) * spacing_hz
    semitones = PITCH_CLASSES * torch.log2(hertz / LOWEST_HZ)
    heard = (hertz >= HEARD_HZ[0]) & (hertz <= HEARD_HZ[1])
    peak = (here > before) & (here >= after) & heard
    return semitones, torch.where(peak, (here - _around(log) - CHANCE).clamp_min(0), 0.0)


def _around(log: Tensor) -> Tensor:
    """The mean around every bin but the first and the last, over a width that grows with the frequency."""
    last = log.shape[-1] - 1
    bins = torch.arange(1, last, device=log.device)
    reach = (bins * SURROUNDINGS).ceil().long().clamp_min(4)
    low, high = (bins - reach).clamp_min(0), (bins + reach).clamp_max(last)
    sums = functional.pad(log, (1, 0)).cumsum(-1)
    return (sums[..., high + 1] - sums[..., low]) / (high + 1 - low)
