"""Scores survive their lines; keys are those that theory gives."""

import numpy as np
import pytest

from mullama.studio.compose.harmony import all_keys
from mullama.studio.scores.score import SCORE_FILES, Score, ScoreFile, Written, key_fits, key_of

MAJOR_SCALE, HARMONIC_MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 11)


def melody(tonic: int, scale: tuple[int, ...]) -> list[Written]:
    """A scale whose tonic chord is held longest."""
    return [
        Written(place, 3.0 if place in (0, 2, 4) else 1.0, 60 + tonic + step)
        for place, step in enumerate(scale)
    ]


def test_scores_survive_their_lines() -> None:
    score = Score("a.krn#0", "bach", ((Written(0.0, 1.5, 60),),), ((0.0, "3/4"),), -2)
    for file in (ScoreFile("a.krn", (score,)), ScoreFile("b.krn", failure="not a score")):
        line = SCORE_FILES.to_line(file)
        assert SCORE_FILES.from_line(line[:-1], "here") == file


@pytest.mark.parametrize("tonic", range(12))
def test_a_scale_is_in_its_key(tonic: int) -> None:
    sharps = (tonic * 7 + 5) % 12 - 5
    assert key_of(melody(tonic, MAJOR_SCALE), sharps) == tonic
    minor = (tonic * 7 + 9 + 5) % 12 - 5  # the signature of the relative major, three semitones up
    assert key_of(melody(tonic, HARMONIC_MINOR), minor) == 12 + tonic


def test_a_key_that_the_signature_denies_is_not_known() -> None:
    assert key_of(melody(0, MAJOR_SCALE), 3) is None
    assert key_of(melody(0, MAJOR_SCALE), None) is None
    assert key_of([], 0) is None


def test_fits_are_correlations() -> None:
    fits = key_fits(np.array([1.0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0]))
    assert fits.shape == (24,)
    assert all_keys()[int(fits.argmax())] == "C major"
    assert np.abs(fits).max() <= 1


def test_a_metre_is_known_where_it_does_not_change() -> None:
    score = Score("a", "bach", (), ((0.0, "3/4"), (12.0, "4/4")))
    assert score.metre_at(0, 12) == "3/4"
    assert score.metre_at(6, 13) is None
    assert score.metre_at(12, 20) == "4/4"
