"""Answers that a model is surest of: tempos gather around one, and the least probable answers go first."""

import pytest

import mullama
from mullama.evaluation.small_model.certainty import (
    Chosen,
    choose_claims,
    likeliest_tempo,
    right_of_the_surest,
)
from mullama.evaluation.small_model.recorded import Claim
from mullama.studio.recorded.labels import Excerpt
from mullama.studio.recorded.teachers import Readings
from paths import EXAMPLES


def excerpt(tempo: float, key: str) -> Excerpt:
    tempos = {"essentia percival": tempo, "librosa": tempo}
    return Excerpt("p", "t", 0.0, Readings(tempos, {"essentia edma": key, "librosa": key}))


def test_neighbours_are_one_tempo() -> None:
    spread = {60: 0.4, 118: 0.1, 119: 0.2, 120: 0.15, 121: 0.15}
    assert likeliest_tempo(spread) == (119, pytest.approx(0.6))


def test_the_least_probable_answers_are_left_out_first() -> None:
    excerpts = [excerpt(100, "C major")] * 3 + [excerpt(90, "A minor")]
    said = [
        Chosen(Claim(101.0, "C major"), 0.9, 0.2),
        Chosen(Claim(104.0, "G major"), 0.8, 0.9),
        Chosen(Claim(50.0, "C major"), 0.1, 0.3),
        Chosen(Claim(90.0, "A minor"), 0.7, 0.8),
    ]
    found = right_of_the_surest(excerpts, said)
    assert found["tempo within 4 %"] == {"100": 75, "90": 75, "75": 100, "50": 100}
    assert found["key, exactly"] == {"100": 75, "90": 75, "75": pytest.approx(200 / 3), "50": 50}


def test_what_nobody_knows_does_not_count() -> None:
    unknown = Excerpt("p", "t", 0.0, Readings({"librosa": 90.0}, {"librosa": "C major"}))
    assert right_of_the_surest([unknown], [Chosen(Claim(90.0, "C major"), 1.0, 1.0)]) == {}


def test_the_small_model_chooses_with_probabilities() -> None:
    mu = mullama.load()
    (chosen,) = choose_claims(mu, [mu.listen(min(EXAMPLES.glob("*.mp3")))])
    assert 60 <= (chosen.claim.tempo or 0) <= 180
    assert 0 < chosen.tempo_probability <= 1
    assert 1 / 24 <= chosen.key_probability <= 1
