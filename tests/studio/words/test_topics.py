"""Topics are told from every wording, however it is typed."""

import random

import pytest

from mullama.studio.instruments import DRUMS, INSTRUMENTS
from mullama.studio.words.describe import with_article
from mullama.studio.words.questions import CHECKS, OFF_TOPIC, QUESTIONS, UNKNOWABLE, wording
from mullama.studio.words.topics import question_topic

ASKED_AFTER = [name for name in INSTRUMENTS if name != DRUMS]
"""Drums have questions of their own."""


@pytest.mark.parametrize("topic", QUESTIONS)
def test_every_wording_names_its_topic(topic: str) -> None:
    rng = random.Random(0)
    for template in QUESTIONS[topic]:
        for instrument in rng.sample(ASKED_AFTER, 5):
            words = {"thing": with_article(instrument), "bare": instrument}
            asked = wording(rng, (template,), **words)
            assert question_topic(asked) == topic, asked


def test_checks_and_what_cannot_be_known() -> None:
    rng = random.Random(0)
    for wordings in CHECKS.values():
        assert {question_topic(wording(rng, (one,), thing="calm")) for one in wordings} == {"check"}
    for wordings in UNKNOWABLE.values():
        assert {question_topic(wording(rng, (one,))) for one in wordings} == {"unknowable"}


@pytest.mark.parametrize("question", ["", "?", "What is the weather?", *OFF_TOPIC])
def test_another_question_has_none(question: str) -> None:
    assert question_topic(question) is None
