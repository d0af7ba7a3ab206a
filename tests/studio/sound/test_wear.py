"""What is worn keeps its length and its music; pitch and tempo move together, by half a semitone at most."""

import numpy as np
import pytest
import torch

from mullama.listen.encoders.pitches import _peaks, _powers, tuning
from mullama.studio.sound.wear import MAX_CENTS, worn

RATE = 24_000


def tone() -> np.ndarray:
    time = np.arange(4 * RATE) / RATE
    return (0.5 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)


@pytest.mark.parametrize("seed", range(8))
def test_the_pitch_moves_as_far_as_the_speed_says(seed: int) -> None:
    sound, speed = worn(tone(), RATE, np.random.default_rng(seed))
    assert sound.shape == tone().shape
    assert sound.dtype == np.float32
    assert np.abs(sound).max() <= 1
    cents = 1200 * np.log2(speed)
    assert abs(cents) <= MAX_CENTS
    heard = tuning(*_peaks(*_powers(torch.from_numpy(sound)[None], RATE)))
    assert 100 * heard.item() == pytest.approx(cents, abs=6)


def test_the_same_seed_wears_in_the_same_way() -> None:
    one, other = (worn(tone(), RATE, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one.waveform, other.waveform)
    assert not np.array_equal(worn(tone(), RATE, np.random.default_rng(4)).waveform, one.waveform)


def test_silence_stays_silent() -> None:
    assert not worn(np.zeros(RATE, np.float32), RATE, np.random.default_rng(0)).waveform.any()
