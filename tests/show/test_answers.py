"""What is shown is what `choices=` says."""

import numpy as np
import pytest

from mullama.catalogue.questions import FIELD_QUESTIONS
from mullama.show.answers import ask, questions
from mullama.show.show_options import TOPICS
from mullama.song import MuLlama
from mullama.studio.words.vocabularies import VOCABULARIES, YES_NO
from paths import EXAMPLES
from tiny import RATE, clip


def test_numbers_are_those_of_choices(small: MuLlama) -> None:
    song = small.listen(EXAMPLES / "jazz.mp3")
    found = ask(small, song, TOPICS)
    assert {one.topic for one in found} == set(TOPICS)
    for one in found:
        if one.topic != "instruments":
            alone = song.ask(FIELD_QUESTIONS[one.topic], choices=VOCABULARIES[one.topic])
            assert one.choice.probabilities == pytest.approx(alone.probabilities, abs=1e-4)
            assert one.choice.calibrated
            assert one.best == alone.answer
            assert not one.doubtful
    piano = next(one for one in found if one.name == "piano")
    alone = song.ask("Is there a piano?", choices=YES_NO)
    assert piano.yes == pytest.approx(alone.probabilities["yes"], abs=1e-4)


def test_a_tempo_is_as_probable_as_those_near_it(small: MuLlama) -> None:
    (tempo,) = ask(small, small.listen(EXAMPLES / "jazz.mp3"), ["tempo"])
    best = int(tempo.best)
    assert best == pytest.approx(171, abs=2)
    near = [p for n, p in tempo.choice.probabilities.items() if abs(int(n) / best - 1) <= 0.04]
    assert tempo.near == pytest.approx(sum(near))
    assert tempo.near > 2 * tempo.choice.probability


def test_drums_are_asked_after_once() -> None:
    names = [put.name for put in questions(TOPICS)]
    assert names.count("drums") == 1
    assert len(names) == len(set(names))


def test_another_model_says_that_it_is_not_calibrated(mu: MuLlama) -> None:
    (key,) = ask(mu, mu.listen(clip(3, 1.5), sample_rate=RATE), ["key"])
    assert not key.choice.calibrated
    assert not key.doubtful


def test_of_silence_it_would_rather_say_something_else(small: MuLlama) -> None:
    still = small.listen(np.zeros(2 * RATE, np.float32), sample_rate=RATE)
    assert all(one.doubtful for one in ask(small, still, ["style", "key", "tempo"]))
