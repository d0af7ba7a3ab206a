"""Clips without music: every kind, bounded, repeatable."""

import numpy as np
import pytest

from mullama.studio.silence import KINDS, silence


@pytest.mark.parametrize("seed", range(KINDS))
def test_each_kind_is_finite_quiet_enough_and_repeatable(seed: int) -> None:
    sound = silence(seed, seconds=1.0)
    assert sound.shape == (24_000,)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max() <= 0.21
    assert np.array_equal(sound, silence(seed, seconds=1.0))
    assert bool(sound.any()) == (seed != 0)
