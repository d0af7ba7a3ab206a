"""What happens to music on its way to a listener: tape at another speed, large rooms, hot mastering.

Stronger than the effects of a mix (effects.py), and with the one that moves pitch and tempo: players tune
as they like, and machines run fast or slow.
"""

from typing import NamedTuple

import numpy as np
import soxr

from mullama.studio.sound.effects import Effects, Waveform, apply_effects

MAX_CENTS = 50.0
"""Further off, music is in the next key."""


class Worn(NamedTuple):
    """A waveform after the way, and what became of its tempo."""

    waveform: Waveform
    speed: float
    """The tempo is multiplied by it."""


def worn(waveform: Waveform, rate: int, rng: np.random.Generator) -> Worn:
    """The waveform at another speed and through another chain; of the same length, cut or silent at its end."""
    speed = float(2 ** (rng.uniform(-MAX_CENTS, MAX_CENTS) / 1200))
    played = soxr.resample(waveform, rate * speed, rate, quality="HQ")
    sound = np.zeros_like(waveform)
    sound[: len(played)] = played[: len(sound)]
    return Worn(apply_effects(sound, _chain(rng), rate, rng), speed)


def _chain(rng: np.random.Generator) -> Effects:
    far, hot, hissing, dull = rng.random(4)
    return Effects(
        tilt_db_per_octave=float(rng.uniform(-2.0, 2.0)),
        highest_hz=float(rng.uniform(3000, 10000)) if dull < 0.3 else 0.0,
        lowest_hz=float(rng.uniform(30, 150)) if rng.random() < 0.3 else 0.0,
        wet=float(rng.uniform(0.3, 1.2)) if far < 0.6 else 0.0,
        decay_seconds=float(rng.uniform(0.6, 1.5)),
        drive=float(rng.uniform(0.5, 2.0)) if hot < 0.5 else 0.0,
        noise_db=float(rng.uniform(-50, -18)) if hissing < 0.3 else -120.0,
        noise_slope=float(rng.uniform(0.0, 0.5)),
        gain_db=float(rng.uniform(-12.0, -0.3)),
    )
