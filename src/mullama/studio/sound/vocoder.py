"""A vocoder of harmonics and noise: envelopes, voicing and a pitch in, sound out.

The inverse of `envelopes.py`, at any pitch. Does not know syllables or notes.
"""

import numpy as np
from jaxtyping import Bool, Complex64, Float, Float32

from mullama.studio.sound.envelopes import BAND_EDGES_HZ, FFT, HOP
from mullama.studio.sound.render import RATE

WINDOW = 4 * HOP
"""Samples that a frame covers."""
_BREATH_DB = np.array([-34.0, -30.0, -22.0, -14.0])
"""Noise of a breathy vowel, by band of `BAND_EDGES_HZ`, below its harmonics."""


def vocoded(
    cepstra: Float[np.ndarray, "frames coefficients"],
    voicing: Float[np.ndarray, "frames bands"],
    active: Bool[np.ndarray, " frames"],
    pitch_hz: Float[np.ndarray, " frames"],
    breath_db: float,
    rng: np.random.Generator,
) -> Float[np.ndarray, " samples"]:
    """Pulses and noise, overlap-added: each frame through its envelope at minimum phase, like a mouth's.

    Sounds where `active`; `breath_db` is the noise of the breath, relative to a breathy voice.
    """
    sounding = np.flatnonzero(active)
    samples = np.arange(len(pitch_hz) * HOP) / HOP
    pulses = _pulses(np.interp(samples, np.arange(len(pitch_hz)), pitch_hz))
    noise = rng.standard_normal(len(pulses)).astype(np.float32) * np.float32(np.sqrt(RATE / 2))
    window = (np.hanning(WINDOW + 1)[:-1] / 2).astype(np.float32)
    envelope = _responses(cepstra[sounding])
    hz = np.fft.rfftfreq(FFT, 1 / RATE)
    middles = (np.array(BAND_EDGES_HZ[:-1]) + np.array(BAND_EDGES_HZ[1:])) / 2
    weights = np.stack([np.interp(hz, middles, row) for row in np.eye(len(middles))])
    voiced = voicing[sounding]
    breath = voiced * 10 ** ((_BREATH_DB + breath_db) / 10) + 1 - voiced
    harmonic = np.sqrt(voiced).astype(np.float32) @ weights.astype(np.float32)
    hissing = np.sqrt(breath).astype(np.float32) @ weights.astype(np.float32)
    padded = np.pad(np.stack([pulses, noise]), ((0, 0), (WINDOW // 2, WINDOW)))
    at = sounding[:, None] * HOP + np.arange(WINDOW)
    spectra = np.fft.rfft(padded[:, at] * window, FFT)
    frames = np.fft.irfft((spectra[0] * harmonic + spectra[1] * hissing) * envelope, FFT)
    sound = np.zeros((len(pitch_hz) + FFT // HOP + 1, HOP))
    frames = np.pad(frames, ((0, 0), (0, -FFT % HOP))).reshape(len(frames), -1, HOP)
    for piece in range(frames.shape[1]):
        sound[sounding + piece] += frames[:, piece]
    return sound.ravel()[WINDOW // 2 :]


def _pulses(pitch_hz: Float[np.ndarray, " samples"]) -> Float32[np.ndarray, " samples"]:
    """All harmonics below the highest frequency, each of unit density: a sum of cosines in closed form."""
    phase = 2 * np.pi * np.cumsum(pitch_hz) / RATE
    harmonics = 0.48 * RATE / pitch_hz
    whole = np.floor(harmonics)
    half = np.sin(phase / 2)
    half = np.where(np.abs(half) < 1e-6, 1e-6, half)
    cosines = np.sin((whole + 0.5) * phase) / (2 * half) - 0.5
    cosines += (harmonics - whole) * np.cos((whole + 1) * phase)
    return (np.sqrt(2 * pitch_hz) * cosines).astype(np.float32)


def _responses(
    cepstra: Float[np.ndarray, "frames coefficients"],
) -> Complex64[np.ndarray, "frames bins"]:
    """Frequency responses of minimum phase: their cepstra are zero at negative times."""
    folded = cepstra.astype(np.float32)
    folded[:, 1:] *= 2
    return np.exp(np.fft.rfft(folded, FFT))
