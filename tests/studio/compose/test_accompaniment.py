import random

from mullama.studio.compose.accompaniment import bass_tones, comping_tones, drum_tones
from mullama.studio.compose.grid import Grid
from mullama.studio.compose.harmony import Chord, progression
from mullama.studio.compose.style import DRUM_PITCHES

CHORDS = progression("I IV V I", 0)
GRID = Grid("4/4", 100)


def _chord_at(step: int) -> Chord:
    return CHORDS[step // 16 % 4]


def _voices_of(over: Chord) -> tuple[int, ...]:
    return tuple(60 + interval for interval in over.intervals)


def _comp(pattern: str) -> list[tuple[int, float, int]]:
    tones = comping_tones(random.Random(0), GRID, (pattern,), 1, 4, _chord_at, _voices_of, 36)
    return [(tone.step, tone.length, tone.pitch) for tone in tones]


def test_comping_patterns_are_read_as_documented() -> None:
    assert _comp("x-------........") == [(0, 8.0, 60), (0, 8.0, 64), (0, 8.0, 67)]
    assert _comp("0-1-....3-......") == [(0, 2.0, 60), (2, 2.0, 64), (8, 2.0, 72)]
    assert _comp("b---............") == [(0, 4.0, 48)]
    assert _comp("s...............") == [(0, 0.7, 60), (0, 0.7, 64), (0, 0.7, 67)]


def test_a_held_chord_is_struck_again_when_the_harmony_changes() -> None:
    changing = [CHORDS[0], CHORDS[1]]
    tones = comping_tones(
        random.Random(0),
        GRID,
        ("x---------------",),
        1,
        4,
        lambda step: changing[step // 8],
        _voices_of,
        36,
    )
    assert {(tone.step, tone.length) for tone in tones} == {(0, 8.0), (8, 8.0)}


def test_bass_begins_each_chord_on_its_root_and_leads_into_the_next() -> None:
    tones = bass_tones(
        random.Random(0),
        GRID,
        ("3---5---8---a---",),
        4,
        4,
        _chord_at,
        lambda _: (0, 2, 4, 5, 7, 9, 11),
        28,
    )
    for bar in range(4):
        first, fifth, octave, leading = (t.pitch for t in tones[4 * bar : 4 * bar + 4])
        assert first % 12 == CHORDS[bar].root
        assert fifth % 12 == (CHORDS[bar].root + 7) % 12
        assert octave % 12 == CHORDS[bar].root
        following = CHORDS[(bar + 1) % 4].root
        assert min((leading - following) % 12, (following - leading) % 12) <= 2


def test_drums_keep_their_pattern_outside_fills() -> None:
    beat = {"K": "X.......X.......", "S": "....X.......X..."}
    tones = drum_tones(random.Random(3), GRID, (beat,), 8, 4)
    kicks = {tone.step % 16 for tone in tones if tone.pitch == DRUM_PITCHES["K"]}
    assert kicks == {0, 8}
    assert all(0 <= tone.step < 128 for tone in tones)
    backbeats = {t.step for t in tones if t.pitch == DRUM_PITCHES["S"] and t.accent > 1}
    assert {4 + 16 * bar for bar in range(8)} <= backbeats
