import random
from collections import Counter

import pytest

from mullama.studio.compose.arrangement import arrange
from mullama.studio.compose.composer import STYLES
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.sound.synth import MAX_PARTS


@pytest.mark.parametrize("name", STYLES)
def test_seats_are_taken_once_and_fit_the_synth(name: str) -> None:
    rng = random.Random(0)
    sizes = Counter()
    for _ in range(150):
        seats = arrange(rng, STYLES[name])
        instruments = [seat.instrument for seat in seats]
        assert len(set(instruments)) == len(instruments) <= MAX_PARTS
        assert set(instruments) <= set(INSTRUMENTS)
        assert all(seat.role != "drums" or seat.instrument == "drums" for seat in seats)
        sizes[len(seats)] += 1
    assert 0.02 < sizes[1] / 150 < 0.25
    assert sum(sizes[n] for n in sizes if n >= 3) > 75
