from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from mullama.errors import UsageError
from mullama.studio.clips import SEEDS, TAKES, Studio, bank_of, seeds_for
from mullama.studio.sound.banks import HELD_OUT_BANK, TRAINING_BANKS


def test_no_seed_serves_two_purposes() -> None:
    for one, other in combinations(SEEDS.values(), 2):
        assert one.stop <= other.start or other.stop <= one.start
    assert all(seeds.start % TAKES == 0 for seeds in SEEDS.values())


def test_seeds_for_a_purpose() -> None:
    assert seeds_for("held-out", 3) == range(5_000_000, 5_000_003)
    with pytest.raises(UsageError, match="there are: encoder"):
        seeds_for("leisure", 1)
    with pytest.raises(UsageError, match="which has 100 seeds"):
        seeds_for("examples", 101)


def test_banks_come_in_their_shares_and_takes_share_one() -> None:
    drawn = Counter(bank_of(seed) for seed in range(0, 4000, TAKES))
    for bank, share in TRAINING_BANKS.items():
        assert drawn[bank] / 2000 == pytest.approx(share, abs=0.03)
    assert all(bank_of(seed) == bank_of(seed + 1) for seed in range(0, 200, TAKES))


@pytest.mark.usefixtures("synth")
def test_a_seed_is_all_it_takes() -> None:
    with Studio(seconds=3.0) as studio:
        clips = [studio.clip(seed, HELD_OUT_BANK) for seed in (10, 11, 12, 10)]
        retake = studio.clip(10, HELD_OUT_BANK, take=0)
    first, second, third, again = clips
    np.testing.assert_array_equal(first.waveform, again.waveform)
    assert first.bank == HELD_OUT_BANK
    assert first.truth.key in (second.truth.key, None) or second.truth.key is None
    assert not np.array_equal(first.waveform, second.waveform)
    assert not np.array_equal(first.waveform, third.waveform)
    assert not np.array_equal(first.waveform, retake.waveform)
    assert retake.seed == 10
