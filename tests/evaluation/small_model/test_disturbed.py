"""What is done to sound is what its name says; claims that follow the speed have not changed."""

import numpy as np
import pytest

from mullama.evaluation.small_model.disturbed import (
    DISTURBANCES,
    as_mp3,
    detuned,
    faster,
    quieter,
    unchanged,
)
from mullama.evaluation.small_model.recorded import Claim

RATE = 24_000
TONE = (0.3 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)).astype(np.float32)


def loudest_hz(sound: np.ndarray) -> float:
    middle = sound[RATE // 2 : RATE // 2 + RATE]
    return float(np.abs(np.fft.rfft(middle * np.hanning(RATE))).argmax())


def test_speed_and_tuning_move_the_pitch() -> None:
    assert loudest_hz(faster(TONE, RATE, 1.1)) == pytest.approx(484, abs=1)
    assert len(faster(TONE, RATE, 1.1)) == pytest.approx(len(TONE) / 1.1, abs=2)
    assert loudest_hz(detuned(TONE, RATE, 50)) == pytest.approx(440 * 2 ** (1 / 24), abs=1)


def test_mp3_and_level_keep_it() -> None:
    assert loudest_hz(as_mp3(TONE, RATE)) == 440
    assert np.abs(as_mp3(TONE, RATE)[RATE : -RATE // 2]).max() == pytest.approx(0.3, rel=0.05)
    np.testing.assert_allclose(quieter(TONE, RATE), TONE * 0.2512, rtol=1e-3)
    for change, _ in DISTURBANCES.values():
        assert change(TONE, RATE).dtype == np.float32


def test_claims_that_follow_are_unchanged() -> None:
    before = [Claim(100.0, "C major"), Claim(60.0, None), Claim(None, "A minor")]
    after = [Claim(103.0, "C major"), Claim(60.0, "G major"), Claim(90.0, "C major")]
    assert unchanged(before, after, 1.0) == {"tempo": 100.0, "key": 50.0}
    assert unchanged(before, after, 1.1) == {"tempo": 0.0}
