"""What is invented is a sentence for each mood, and says nothing of the music but that mood."""

import random
import re

import pytest

from mullama.studio.english.checks import claims
from mullama.studio.english.images import IMAGES
from mullama.studio.english.in_kind import ANSWERS, answer_in_kind, request_in_kind
from mullama.studio.english.speaker import Speaker
from mullama.studio.english.wordings import kinds, worded
from mullama.studio.truth import MOODS, Truth


@pytest.mark.parametrize("mood", MOODS)
def test_answers_are_sentences_that_claim_no_more_than_the_mood(mood: str) -> None:
    for kind in ANSWERS:
        answer = answer_in_kind(kind, mood)
        assert answer.lstrip('"')[0].isupper()
        assert re.search(r'[.!?]"?$', answer), answer
        assert "{" not in answer
        assert {(claim.topic, claim.value) for claim in claims(answer)} <= {("mood", mood)}, answer


def test_there_are_pictures_of_every_mood_and_requests_of_kinds_that_are_answered() -> None:
    assert set(IMAGES) == set(MOODS)
    assert set(kinds("made_up")) == set(ANSWERS)


def test_all_kinds_are_asked_for() -> None:
    truth = Truth(("piano",), "jazz", 90, "3/4", "B minor", "sad", "piano")
    asked = [request_in_kind(Speaker(truth, random.Random(seed))) for seed in range(400)]
    assert {answer for _, answer in asked} == {answer_in_kind(kind, "sad") for kind in ANSWERS}
    rng = random.Random(0)
    assert len({worded(rng, patterns) for patterns, _ in asked}) > 50
