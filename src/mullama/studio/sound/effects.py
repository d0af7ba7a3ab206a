"""What rooms, wires and machines do to a mix: tilt, bandwidth, reverberation, noise, compression.

One waveform in, one of the same length out. It knows nothing of music.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

Waveform = Float32[np.ndarray, " samples"]


@dataclass(frozen=True)
class Effects:
    """The settings of one chain; the defaults change nothing."""

    tilt_db_per_octave: float = 0.0
    """Slope of the spectrum around 1 kHz."""
    highest_hz: float = 0.0
    """Upper edge of the pass band; 0 leaves it open."""
    lowest_hz: float = 0.0
    """Lower edge of the pass band; 0 leaves it open."""
    wet: float = 0.0
    """Level of the reverberation relative to the direct sound."""
    decay_seconds: float = 0.5
    """Time in which the reverberation falls by 60 dB."""
    drive: float = 0.0
    """How far the peaks are pressed; 0 is linear, 1 strong."""
    noise_db: float = -120.0
    """Level of white to pink noise below the music, in dB."""
    noise_slope: float = 0.0
    """Exponent of the noise spectrum's fall: 0 white, 0.5 pink."""
    gain_db: float = 0.0
    """Peak level at the end, in dB below full scale (negative)."""


def draw_effects(rng: np.random.Generator, strength: float) -> Effects:
    """Random settings; `strength` 0 changes only the level, 1 is what training uses."""
    if strength <= 0:
        return Effects(gain_db=-1.0)
    narrow, rumble, roomy, pressed, noisy = rng.random(5)
    return Effects(
        tilt_db_per_octave=float(np.clip(rng.normal(0.0, 1.2), -3.0, 3.0)) * strength,
        highest_hz=float(rng.uniform(4000, 11000)) if narrow < 0.35 * strength else 0.0,
        lowest_hz=float(rng.uniform(30, 120)) if rumble < 0.3 * strength else 0.0,
        wet=float(rng.uniform(0.05, 0.35)) * strength if roomy < 0.5 * strength else 0.0,
        decay_seconds=float(rng.uniform(0.2, 1.4)),
        drive=float(rng.uniform(0.1, 0.8)) * strength if pressed < 0.4 * strength else 0.0,
        noise_db=float(rng.uniform(-60, -24)) if noisy < 0.4 * strength else -120.0,
        noise_slope=float(rng.uniform(0.0, 0.5)),
        gain_db=float(rng.uniform(-12.0, -0.3)),
    )


def apply_effects(
    waveform: Waveform, effects: Effects, rate: int, rng: np.random.Generator
) -> Waveform:
    """The waveform after the whole chain, its peak at `gain_db`; silence stays so."""
    peak = float(np.abs(waveform).max(initial=0.0))
    if peak == 0.0:
        return waveform
    sound = _filtered(waveform / peak, effects, rate, rng)
    if effects.drive > 0:
        level = float(np.sqrt(np.mean(np.square(sound)))) + 1e-9
        push = np.float32(effects.drive / (3.0 * level))
        sound = np.tanh(sound * push) / push
    if effects.noise_db > -100:
        sound = sound + _noise(len(sound), effects, rng) * np.float32(
            np.sqrt(np.mean(np.square(sound)))
        )
    peak = float(np.abs(sound).max(initial=1e-9))
    return (sound * np.float32(10 ** (effects.gain_db / 20) / peak)).astype(np.float32)


def _filtered(sound: Waveform, effects: Effects, rate: int, rng: np.random.Generator) -> Waveform:
    wanted = (effects.tilt_db_per_octave, effects.highest_hz, effects.lowest_hz, effects.wet)
    if not any(wanted):
        return sound
    size = 1 << (len(sound) - 1).bit_length()
    spectrum = np.fft.rfft(sound, size)
    hertz = np.fft.rfftfreq(size, 1 / rate).astype(np.float32)
    hertz[0] = hertz[1]
    spectrum *= (np.maximum(hertz, 30.0) / 1000.0) ** np.float32(effects.tilt_db_per_octave / 6.02)
    if effects.highest_hz:
        spectrum /= np.sqrt(1 + (hertz / effects.highest_hz) ** 8)
    if effects.lowest_hz:
        spectrum /= np.sqrt(1 + (effects.lowest_hz / hertz) ** 4)
    if effects.wet:
        spectrum *= 1 + np.fft.rfft(_room(effects, rate, rng), size)
    return np.fft.irfft(spectrum, size)[: len(sound)].astype(np.float32)


def _room(effects: Effects, rate: int, rng: np.random.Generator) -> Waveform:
    """An impulse response of decaying noise whose energy is that of `wet`."""
    length = int(min(effects.decay_seconds, 1.5) * rate)
    delay = int(rate * 0.008)
    tail = rng.standard_normal(length, dtype=np.float32)
    fall = np.exp(np.arange(length, dtype=np.float32) * np.float32(-6.9 / length))
    tail *= fall
    tail[:delay] = 0
    norm = float(np.sqrt(np.sum(np.square(tail)))) + 1e-9
    return (tail * np.float32(effects.wet / norm)).astype(np.float32)


def _noise(samples: int, effects: Effects, rng: np.random.Generator) -> Waveform:
    """Noise of unit power times the level asked for."""
    noise = rng.standard_normal(samples, dtype=np.float32)
    if effects.noise_slope > 0.1:
        pole = np.float32(0.9)
        noise[1:] += pole * noise[:-1]
    noise /= np.float32(np.sqrt(np.mean(np.square(noise))))
    return noise * np.float32(10 ** (effects.noise_db / 20))
