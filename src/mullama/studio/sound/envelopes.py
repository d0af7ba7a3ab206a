"""A spoken syllable becomes its mouth: spectral envelopes and voicing, frame by frame, without the pitch.

The envelope rests on the harmonics' peaks where there is a voice (true envelope: Roebel and Rodet 2005),
and on the mean of the noise elsewhere. Does not know who spoke.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Float32, Int

from mullama.studio.sound.render import RATE

HOP = 120
"""Samples from frame to frame, at `RATE`."""
FFT = 1024
COEFFICIENTS = 96
"""Cepstral coefficients of an envelope: finer detail would be the harmonics of the spoken pitch."""
BAND_EDGES_HZ = (0.0, 1000.0, 2500.0, 5000.0, RATE / 2)
"""Between two of them voicing is measured by itself: a z hums below and hisses above."""
_PERIODS = 3.2
"""Length of the analysis window: harmonics are told apart, and frames do not blur."""
_LOWEST_HZ, _HIGHEST_HZ = 65.0, 400.0
_FEWEST_VOICED = 8
"""Frames."""
_FLOOR = 1e-5
_ROUNDS = 12


class Syllable(NamedTuple):
    """A spoken syllable without its pitch, frame by frame."""

    cepstra: Float32[np.ndarray, "frames coefficients"]
    """Of the logarithm of the root of the power density, per Hz, for a vowel of power 1."""
    voicing: Float32[np.ndarray, "frames bands"]
    """Share of the power that the vocal folds give, 0 to 1."""
    vowel: int
    """Frame at which the vowel begins: the beat is felt there."""
    hold: int
    """Frame of the vowel to stay on, where the spectrum moves least."""
    coda: int
    """Frame after the vowel."""


class Speech(NamedTuple):
    wave: Float[np.ndarray, " samples"]
    highest_hz: float
    """Above it the engine says nothing."""


def analysed(speeches: Sequence[Speech], size: float) -> list[Syllable]:
    pitch = np.median(
        np.concatenate([_pitches(s.wave, _LOWEST_HZ, _HIGHEST_HZ)[0] for s in speeches])
    )
    return [_analyse(speech, float(pitch), size) for speech in speeches]


def spoken_pitch(wave: Float[np.ndarray, " samples"]) -> float | None:
    """The median pitch of a speech in Hz; None where hardly any of it is voiced."""
    pitches, _ = _pitches(wave, _LOWEST_HZ, _HIGHEST_HZ)
    return float(np.median(pitches)) if len(pitches) >= _FEWEST_VOICED else None


def _framed(wave: Float[np.ndarray, " samples"], length: int) -> Float[np.ndarray, "frames length"]:
    """Stretches around the middles of all frames; the margins of a speech have room for them."""
    middles = np.arange(FFT, len(wave) - FFT, HOP)
    return wave[middles[:, None] + np.arange(length) - length // 2]


def _pitches(
    wave: Float[np.ndarray, " samples"], lowest_hz: float, highest_hz: float
) -> tuple[Float[np.ndarray, " voiced"], Int[np.ndarray, " frames"]]:
    """The pitches of clearly voiced frames, and the likeliest period of each frame in samples."""
    frames = _framed(wave, FFT) * np.hanning(FFT)
    power = np.abs(np.fft.rfft(frames, 2 * FFT)) ** 2
    window = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(FFT), 2 * FFT)) ** 2)
    lags = np.arange(round(RATE / highest_hz), round(RATE / lowest_hz) + 1)
    likeness = np.fft.irfft(power)[:, [0, *lags]] / window[[0, *lags]]
    loud = likeness[:, 0]
    # Two periods are as like as one: the shorter is meant.
    likeness = likeness[:, 1:] / (loud[:, None] + _FLOOR**2) - 0.1 * lags / lags[-1]
    best = likeness.argmax(axis=1)
    sure = (likeness.max(axis=1) > 0.7) & (loud > 0.05 * loud.max())
    return RATE / lags[best][sure], lags[best]


def _analyse(speech: Speech, pitch: float, size: float) -> Syllable:
    wave = speech.wave
    periods = _pitches(wave, pitch / 1.9, pitch * 1.7)[1]
    voicing = _voicing(wave, periods)
    length = min(FFT, round(_PERIODS * RATE / pitch))
    window = np.hanning(length)
    frames = _framed(wave, length)
    magnitude = np.abs(np.fft.rfft(frames * window, FFT)) + _FLOOR
    peaks = _peak_envelope(_filled(np.log(magnitude), speech.highest_hz, pitch), pitch)
    peaks += np.log(2 / window.sum()) - 0.5 * np.log(2 * RATE / periods)[:, None]
    noise = _smooth(_filled(np.log(magnitude), speech.highest_hz), pitch)
    # The mean of a logarithm of noise lies below the logarithm of its mean.
    noise += 0.5 * np.log(2 / RATE / (window**2).sum()) + 0.5 * np.euler_gamma
    envelope = np.where(voicing[:, :1] > 0.5, peaks, noise)
    bins = np.arange(envelope.shape[1])
    warped = np.stack([np.interp(bins / size, bins, row) for row in envelope])
    cepstra = np.fft.irfft(warped)[:, :COEFFICIENTS]
    return _marked(
        cepstra, voicing, np.sqrt((frames**2).mean(axis=1)), _openness(magnitude, voicing)
    )


def _filled(
    log: Float[np.ndarray, "frames bins"], highest_hz: float, pitch: float = 0.0
) -> Float[np.ndarray, "frames bins"]:
    """Goes on where nothing was spoken: level below the pitch, and 10 dB a kHz down above the engine."""
    hz = np.fft.rfftfreq(FFT, 1 / RATE)
    edge = int(np.searchsorted(hz, highest_hz))
    filled = log.copy()
    last = log[:, edge - 20 : edge].mean(axis=1, keepdims=True)
    filled[:, edge:] = last - np.log(10) / 2 * (hz[edge:] - hz[edge]) / 1000
    first = int(np.searchsorted(hz, 1.2 * pitch))
    if first:
        filled[:, :first] = np.maximum(log[:, :first], log[:, :first].max(axis=1, keepdims=True))
    return filled


def _smooth(
    log: Float[np.ndarray, "frames bins"], pitch: float
) -> Float[np.ndarray, "frames bins"]:
    """Without what changes along frequency as fast as the harmonics do."""
    cepstra = np.fft.irfft(log)
    order = min(COEFFICIENTS, round(RATE / pitch / 2))
    cepstra[:, order : FFT - order + 1] = 0.0
    return np.fft.rfft(cepstra).real


def _peak_envelope(
    log: Float[np.ndarray, "frames bins"], pitch: float
) -> Float[np.ndarray, "frames bins"]:
    """The true envelope: smoothed again and again, so that it rests on the harmonics' peaks."""
    envelope = _smooth(log, pitch)
    for _ in range(_ROUNDS):
        envelope = _smooth(np.maximum(log, envelope), pitch)
    return envelope


def _voicing(
    wave: Float[np.ndarray, " samples"], periods: Int[np.ndarray, " frames"]
) -> Float[np.ndarray, "frames bands"]:
    """How like itself each band is after one period, within two samples for rounding and jitter."""
    spectrum = np.fft.rfft(wave)
    hz = np.fft.rfftfreq(len(wave), 1 / RATE)
    width = 2 * int(np.median(periods))
    middles = np.arange(FFT, len(wave) - FFT, HOP)
    here = middles[:, None] + np.arange(width) - width // 2 - periods[:, None] // 2
    bands = []
    for low, high in pairwise(BAND_EDGES_HZ):
        band = np.fft.irfft(np.where((hz >= low) & (hz < high), spectrum, 0), len(wave))
        now = band[here]
        likeness = [_likeness(now, band[here + periods[:, None] + off]) for off in range(-2, 3)]
        bands.append(np.max(likeness, axis=0))
    return np.clip((np.stack(bands, axis=1) - 0.25) / 0.65, 0.0, 1.0)


def _likeness(
    one: Float[np.ndarray, "frames width"], other: Float[np.ndarray, "frames width"]
) -> Float[np.ndarray, " frames"]:
    power = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return (one * other).sum(axis=1) / (power + _FLOOR**2)


def _openness(
    magnitude: Float[np.ndarray, "frames bins"], voicing: Float[np.ndarray, "frames bands"]
) -> Float[np.ndarray, " frames"]:
    """How loud the voice is above its lowest harmonics, where a nasal or an l has less than a vowel."""
    hz = np.fft.rfftfreq(FFT, 1 / RATE)
    level = np.sqrt((magnitude[:, (hz > 300) & (hz < 3500)] ** 2).sum(axis=1)) * voicing[:, 0]
    return np.convolve(level, np.hanning(9) / 4, mode="same")


def _marked(
    cepstra: Float[np.ndarray, "frames coefficients"],
    voicing: Float[np.ndarray, "frames bands"],
    level: Float[np.ndarray, " frames"],
    open_mouth: Float[np.ndarray, " frames"],
) -> Syllable:
    """The vowel lies around the most open voiced frame; silence before and after is cut."""
    peak = int(open_mouth.argmax())
    vowel = _reach(open_mouth > 0.35 * open_mouth[peak], peak, -1)
    coda = _reach(open_mouth > 0.35 * open_mouth[peak], peak, +1) + 1
    moves = np.abs(np.gradient(cepstra[:, 1:30], axis=0)).sum(axis=1)
    calm = np.convolve(moves, np.ones(7) / 7, mode="same") / (open_mouth + _FLOOR)
    hold = vowel + int(calm[vowel:coda].argmin())
    heard = np.flatnonzero(level > 0.03 * level.max())
    first, last = int(heard[0]), int(heard[-1]) + 1
    cepstra[:, 0] -= np.log(np.sqrt((level[vowel:coda] ** 2).mean()))
    kept = slice(first, last)
    return Syllable(
        cepstra[kept].astype(np.float32),
        voicing[kept].astype(np.float32),
        vowel - first,
        hold - first,
        coda - first,
    )


def _reach(within: np.ndarray, start: int, step: int) -> int:
    """The last index from `start` on, in steps, that is within."""
    index = start
    while 0 <= index + step < len(within) and within[index + step]:
        index += step
    return index
