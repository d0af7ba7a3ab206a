"""Clips without music, so that a model can say that there is none: silence, hum, hiss, clicks.

Every clip follows from its seed.
"""

import numpy as np
from numpy.typing import NDArray

from mullama.studio.sound.render import RATE
from mullama.studio.truth import Truth

NOTHING = Truth(
    instruments=(), style=None, tempo_bpm=None, metre=None, key=None, mood=None, lead=None
)
"""What is true where there is no music."""
KINDS = 6


def silence(seed: int, seconds: float = 10.0, rate: int = RATE) -> NDArray[np.float32]:
    """One clip (samples,) without music; the kinds take turns, level and colour are drawn."""
    rng = np.random.default_rng((seed, 7))
    samples = round(seconds * rate)
    level = 10 ** (rng.uniform(-70, -14) / 20)
    kind = seed % KINDS
    if kind == 0:
        return np.zeros(samples, dtype=np.float32)
    if kind == 1:
        sound = _hum(rng, samples, rate) + 0.02 * rng.standard_normal(samples)
    elif kind == 2:
        sound = _coloured(rng, samples, 0.0)
    elif kind == 3:
        sound = _coloured(rng, samples, rng.uniform(0.3, 1.2))
    elif kind == 4:
        sound = _coloured(rng, samples, 0.5) * _wind(rng, samples)
    else:
        sound = _clicks(rng, samples) + 0.01 * rng.standard_normal(samples)
    return (sound * level / max(1e-9, float(np.abs(sound).max()))).astype(np.float32)


def _hum(rng: np.random.Generator, samples: int, rate: int) -> NDArray[np.float64]:
    """A mains hum and some of its harmonics."""
    times = np.arange(samples) / rate
    base = rng.choice([50.0, 60.0])
    return np.sum(
        [rng.uniform(0, 1) / n * np.sin(2 * np.pi * base * n * times) for n in (1, 2, 3, 5)], axis=0
    )


def _coloured(rng: np.random.Generator, samples: int, slope: float) -> NDArray[np.float64]:
    """Noise whose amplitude falls with frequency to the power of `slope`."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    return np.fft.irfft(spectrum / np.maximum(1, np.arange(len(spectrum))) ** slope, samples)


def _wind(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """Slow swells."""
    points = rng.uniform(0.1, 1, 12)
    return np.interp(np.linspace(0, 11, samples), np.arange(12), points)


def _clicks(rng: np.random.Generator, samples: int) -> NDArray[np.float64]:
    """A few clicks at irregular times."""
    sound = np.zeros(samples)
    sound[rng.integers(0, samples, int(rng.integers(2, 25)))] = rng.uniform(-1, 1)
    return sound
