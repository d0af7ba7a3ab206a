"""Spectra become the spectra of music that was played or recorded otherwise, with their facts.

Works on the pictures instead of the sound, at a hundredth of the cost: transposed, slower or faster,
cut, filtered, in noise. Changes of pitch and speed change key and tempo with them. Does not know
files or models.
"""

import math
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Generator, Tensor

from mullama.listen.encoders.pitches import PITCH_FRAMES_HZ
from mullama.listen.encoders.spectra import BANDS, FRAMES_HZ, Spectra

NOTES_EVERY = FRAMES_HZ // PITCH_FRAMES_HZ
"""Frames of the bands for one of the pitches."""


class Change(NamedTuple):
    """What was done to each clip of a batch, as far as its facts are concerned."""

    semitones: Int[Tensor, " clip"]
    """The key moves up by them."""
    speed: Float[Tensor, " clip"]
    """The tempo is multiplied by them."""


def augment(
    spectra: Spectra,
    random: Generator,
    *,
    transpose: bool = True,
    moved: float = 0.5,
    shortest: float = 0.6,
    piece: Int[Tensor, " clip"] | None = None,
) -> tuple[Spectra, Change]:
    """Change each clip in its own way; all are cut to one common length.

    Without `transpose`, pitch and speed stay, so that the facts do; else `moved` is the share of clips that
    change in each. `shortest` is the shortest cut,
    as a share of the clip's length. Where `piece` names each clip by the first one of its piece, all of
    a piece are transposed and sped up alike.
    """
    clips, frames = spectra.bands.shape[0], spectra.bands.shape[-1]
    speed, semitones = torch.ones(clips), torch.zeros(clips, dtype=torch.long)
    if transpose:
        speed = torch.exp2(_sometimes(moved, clips, random) * _uniform(-0.12, 0.12, clips, random))
        # Two dice: far away seldom, for there the instruments are no longer themselves.
        steps = torch.randint(-3, 4, (2, clips), generator=random).sum(0)
        semitones = torch.where(_sometimes(moved, clips, random) > 0, steps, 0)
    if piece is not None:
        speed, semitones = speed[piece], semitones[piece]
    share = 1.0 if _one(random) < 0.5 else shortest + (1 - shortest) * _one(random)
    length = int(frames * share / 2 ** (0.12 if transpose else 0.0))
    start = torch.rand(clips, generator=random) * (frames - 1 - speed * (length - 1))
    bands = _resample(spectra.bands, start, speed, length)
    onsets = _resample(spectra.onsets, 2 * start, speed, 2 * length)
    bands = _recorded(_transposed(bands, semitones), random)
    pitches = _resample(spectra.pitches, start / NOTES_EVERY, speed, length // NOTES_EVERY)
    pitches = _transposed(pitches, semitones) * _uniform(0.7, 1.3, (clips, 1, 1), random)
    gains = _uniform(0.7, 1.3, (clips, onsets.shape[1], 1), random)
    noise = 0.05 * _sometimes(0.3, clips, random)[:, None, None]
    onsets = onsets * gains + noise * torch.rand(onsets.shape, generator=random)
    return Spectra(bands, onsets, pitches), Change(semitones, speed)


def overlay(
    spectra: Spectra, share: float, random: Generator
) -> tuple[Spectra, Bool[Tensor, " clip"]]:
    """Overlay a share of the clips with the next clip, equally loud; which ones."""
    mixed = _sometimes(share, spectra.bands.shape[0], random) > 0
    other = spectra.bands.roll(-1, dims=0)
    # Both on the scale log(1 + power): the sum of powers, brought back to one clip's level.
    both = torch.log1p((spectra.bands.expm1() + other.expm1()) / 2)
    rises = torch.maximum(spectra.onsets, spectra.onsets.roll(-1, dims=0))
    where = mixed[:, None, None]
    bands = torch.where(where, both, spectra.bands)
    notes = torch.maximum(spectra.pitches, spectra.pitches.roll(-1, dims=0))
    return Spectra(
        bands,
        torch.where(where, rises, spectra.onsets),
        torch.where(where, notes, spectra.pitches),
    ), mixed


def _recorded(bands: Tensor, random: Generator) -> Tensor:
    """Another equaliser, a noise floor, a limited band: what a recording does to sounds."""
    clips = bands.shape[0]
    place = torch.linspace(-1, 1, BANDS)
    curve = _uniform(-0.8, 0.8, (clips, 1), random) * place
    for waves in (1, 2, 3, 5):
        phase = _uniform(0, 2 * math.pi, (clips, 1), random)
        curve = curve + _uniform(0, 0.7, (clips, 1), random) * torch.cos(
            waves * math.pi * place + phase
        )
    dull = _uniform(70, 100, (clips, 1), random)
    slope = (torch.arange(BANDS) - dull).clamp_min(0) * _sometimes(0.2, clips, random)[:, None]
    bands = (bands + (curve - 0.6 * slope)[..., None]).clamp_min(0)
    level = _uniform(0, 5, (clips, 1), random) + _uniform(-1.5, 1.5, (clips, 1), random) * place
    level = torch.where(_sometimes(0.35, clips, random)[:, None] > 0, level, -9.0)
    return torch.logaddexp(bands, level[..., None].expand_as(bands))


def _transposed(bands: Tensor, semitones: Tensor) -> Tensor:
    count = bands.shape[1]
    rows = torch.arange(count) - semitones[:, None]
    outside = (rows < 0) | (rows >= count)
    moved = bands.gather(1, rows.clamp(0, count - 1)[..., None].expand_as(bands))
    return moved.masked_fill(outside[..., None], 0.0)


def _resample(x: Tensor, start: Tensor, speed: Tensor, length: int) -> Tensor:
    """Read `length` frames of each clip from `start` on, at its own speed, between frames linearly."""
    at = start[:, None] + speed[:, None] * torch.arange(length)
    at = at.clamp(0, x.shape[-1] - 1)
    below = at.floor().long().clamp_max(max(0, x.shape[-1] - 2))
    part = (at - below)[:, None]
    index = below[:, None].expand(-1, x.shape[1], -1)
    above = (index + 1).clamp_max(x.shape[-1] - 1)
    return x.gather(2, index) * (1 - part) + x.gather(2, above) * part


def _one(random: Generator) -> float:
    return float(torch.rand((), generator=random))


def _uniform(low: float, high: float, shape: int | tuple[int, ...], random: Generator) -> Tensor:
    return low + (high - low) * torch.rand(shape, generator=random)


def _sometimes(share: float, clips: int, random: Generator) -> Tensor:
    return (torch.rand(clips, generator=random) < share).float()
