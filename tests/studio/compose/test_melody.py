import random

import pytest

from mullama.studio.compose.grid import Grid
from mullama.studio.compose.harmony import Chord, progression
from mullama.studio.compose.melody import (
    Key,
    compose_melody,
    guide_tones,
    rhythm_motif,
    third_below,
)

CHORDS = progression("I IV V I", 2)
GRID = Grid("4/4", 100)


def _chord_at(step: int) -> Chord:
    return CHORDS[step // 16 % 4]


@pytest.mark.parametrize("seed", range(8))
def test_a_melody_keeps_to_its_range_and_begins_and_ends_on_stable_notes(seed: int) -> None:
    rng = random.Random(seed)
    tones = compose_melody(rng, GRID, _chord_at, 8, 4, Key(2, False, False), 60, 80, 0.6)
    assert all(60 <= tone.pitch <= 80 for tone in tones)
    assert [tone.step for tone in tones] == sorted({tone.step for tone in tones})
    assert tones[-1].pitch % 12 == 2
    assert {tone.pitch % 12 for tone in tones if tone.step % 64 == 0} <= {2, 9}


def test_density_makes_notes() -> None:
    counts = [
        sum(len(rhythm_motif(random.Random(seed), GRID, density)) for seed in range(50))
        for density in (0.1, 0.5, 0.9)
    ]
    assert counts[0] < counts[1] < counts[2]


def test_second_voices_take_chord_notes() -> None:
    rng = random.Random(1)
    tones = compose_melody(rng, GRID, _chord_at, 4, 4, Key(2, False, False), 60, 80, 0.5)
    for tone, below in zip(tones, third_below(tones, _chord_at, 48, 80), strict=True):
        assert below.step == tone.step
        assert below.pitch % 12 in _chord_at(tone.step).pitch_classes
    slots = [(0, 16), (16, 16)]
    line = guide_tones(slots, _chord_at, 48, 70)
    assert [tone.step for tone in line] == [0, 16]
    assert all(tone.pitch % 12 in _chord_at(tone.step).pitch_classes[1:] for tone in line)
