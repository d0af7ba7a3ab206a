import numpy as np
import pytest

from mullama.studio.sound.effects import Effects, apply_effects, draw_effects

RATE = 24000


def _noise() -> np.ndarray:
    return np.random.default_rng(0).standard_normal(RATE).astype(np.float32) * 0.1


def _apply(effects: Effects, sound: np.ndarray) -> np.ndarray:
    return apply_effects(sound, effects, RATE, np.random.default_rng(1))


def _share_above(sound: np.ndarray, hertz: float) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    return float(power[np.fft.rfftfreq(len(sound), 1 / RATE) > hertz].sum() / power.sum())


def test_the_default_only_sets_the_peak() -> None:
    sound = _noise()
    result = _apply(Effects(gain_db=-6.0), sound)
    assert np.abs(result).max() == pytest.approx(10 ** (-6 / 20), rel=1e-4)
    assert np.corrcoef(sound, result)[0, 1] == pytest.approx(1.0, abs=1e-5)


def test_tilt_and_bandwidth_move_the_spectrum() -> None:
    plain = _share_above(_noise(), 5000)
    assert _share_above(_apply(Effects(tilt_db_per_octave=-3), _noise()), 5000) < plain / 2
    assert _share_above(_apply(Effects(highest_hz=4000), _noise()), 5000) < plain / 4
    assert _share_above(_apply(Effects(lowest_hz=100), _noise()), 5000) > plain


def test_reverberation_rings_after_the_sound() -> None:
    click = np.zeros(RATE, dtype=np.float32)
    click[100] = 1.0
    wet = _apply(Effects(wet=0.3, decay_seconds=0.5), click)
    assert np.abs(wet[1000:8000]).max() > 1e-3
    assert np.abs(wet[:90]).max() < 1e-4


def test_drive_presses_the_peaks() -> None:
    sound = _noise()
    crest = [np.abs(x).max() / x.std() for x in (sound, _apply(Effects(drive=0.8), sound))]
    assert crest[1] < 0.8 * crest[0]


def test_noise_has_the_level_asked_for() -> None:
    tone = np.sin(np.arange(RATE) * 2 * np.pi * 440 / RATE).astype(np.float32)
    noisy = _apply(Effects(noise_db=-20), tone)
    assert _share_above(noisy, 1000) == pytest.approx(0.01 * 11 / 12, rel=0.2)


def test_silence_stays_silent_and_nothing_exceeds_full_scale() -> None:
    silence = np.zeros(RATE, dtype=np.float32)
    for seed in range(30):
        effects = draw_effects(np.random.default_rng(seed), 1.0)
        assert not _apply(effects, silence).any()
        result = _apply(effects, _noise())
        assert result.dtype == np.float32
        assert len(result) == RATE
        assert np.isfinite(result).all()
        assert np.abs(result).max() < 1.0


def test_no_strength_means_no_effects() -> None:
    assert draw_effects(np.random.default_rng(3), 0.0) == Effects(gain_db=-1.0)
