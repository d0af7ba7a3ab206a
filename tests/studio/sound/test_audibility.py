import numpy as np
import pytest

from mullama.studio.sound.audibility import active_level, audible, band_powers, seconds_heard

RATE = 24000


def _tone(hertz: float, seconds: float = 4.0) -> np.ndarray:
    return np.sin(np.arange(int(seconds * RATE)) * 2 * np.pi * hertz / RATE).astype(np.float32)


def _powers(*sounds: np.ndarray) -> np.ndarray:
    return band_powers(np.stack(sounds), RATE)


def test_tones_apart_are_both_heard() -> None:
    powers = _powers(_tone(200), _tone(2000))
    assert seconds_heard(powers, [1.0, 1.0], RATE) == pytest.approx([4.0, 4.0], abs=0.1)


def test_a_tone_under_a_louder_one_is_not_heard() -> None:
    powers = _powers(_tone(440), _tone(442))
    heard = seconds_heard(powers, [1.0, 0.1], RATE)
    assert heard[0] > 3.8
    assert heard[1] == 0.0


def test_a_tone_far_below_the_mix_is_not_heard() -> None:
    powers = _powers(_tone(440), _tone(3000))
    assert seconds_heard(powers, [1.0, 0.01], RATE)[1] == 0.0


def test_only_what_is_heard_is_kept_and_one_always_is() -> None:
    powers = _powers(_tone(440), _tone(442), _tone(3000))
    assert audible(powers, np.array([1.0, 0.1, 0.5]), RATE).tolist() == [True, False, True]
    silence = np.zeros_like(_tone(440))
    assert audible(_powers(silence, silence), np.ones(2), RATE).sum() == 1
    assert audible(_powers(_tone(440), silence), np.ones(2), RATE).tolist() == [True, False]


def test_the_level_counts_only_what_plays() -> None:
    tone = _tone(440)
    half = tone.copy()
    half[len(half) // 2 :] = 0
    full_level, half_level = active_level(_powers(tone, half))
    assert half_level == pytest.approx(full_level, rel=0.02)
