"""The tables are data: every pattern has the length of its bar and every word is known."""

import pytest

from mullama.studio.compose.acoustic_styles import ACOUSTIC_STYLES
from mullama.studio.compose.band_styles import BAND_STYLES
from mullama.studio.compose.grid import Grid
from mullama.studio.compose.harmony import progression
from mullama.studio.compose.piece import Metre
from mullama.studio.compose.plain_style import PLAIN
from mullama.studio.compose.style import DRUM_PITCHES, Style
from mullama.studio.instruments import INSTRUMENTS

_ALL = [*BAND_STYLES, *ACOUSTIC_STYLES, PLAIN]


def _steps(metre: Metre) -> int:
    return Grid(metre, 100).steps_per_bar


@pytest.mark.parametrize("style", _ALL, ids=lambda style: style.name)
def test_patterns_fill_their_bars(style: Style) -> None:
    for lines in (style.comping, style.bass_lines, style.pad_lines):
        for metre, patterns in lines.items():
            assert {len(pattern) for pattern in patterns} == {_steps(metre)}
    for metre, beats in style.beats.items():
        for beat in beats:
            assert set(beat) <= set(DRUM_PITCHES)
            assert {len(pattern) for pattern in beat.values()} == {_steps(metre)}


@pytest.mark.parametrize("style", _ALL, ids=lambda style: style.name)
def test_every_metre_can_be_played(style: Style) -> None:
    for metre in style.metres:
        slow, fast = style.tempos[metre]
        assert 60 <= slow < fast <= 180
        assert style.comping[metre]
        assert not style.bass or style.bass_lines[metre]
        assert not style.drums or style.beats[metre]


@pytest.mark.parametrize("style", _ALL, ids=lambda style: style.name)
def test_progressions_begin_on_the_tonic(style: Style) -> None:
    for line in style.major_lines + style.minor_lines:
        chords = progression(line, 5)
        assert len(chords) == 4
        assert chords[0].root == 5


@pytest.mark.parametrize("style", _ALL, ids=lambda style: style.name)
def test_pools_name_known_instruments(style: Style) -> None:
    for pool in (style.chords, style.bass, style.pads, style.melodies):
        assert set(pool) <= set(INSTRUMENTS)
        assert all(weight > 0 for weight in pool.values())
