"""The second set is of the same topics as the first, and the same rules judge it."""

import pytest

from mullama.evaluation.speaking.held_out import HELD_OUT
from mullama.evaluation.speaking.on_topic import on_topic
from mullama.evaluation.speaking.second import SECOND
from mullama.evaluation.speaking.topic_words import CREATIVE_LENGTH, IDENTITY

WHATEVER = (
    "Once upon a time there was a small blue boat, and it went home without a word to anybody."
)


def test_there_are_questions_of_every_topic() -> None:
    assert list(SECOND) == list(HELD_OUT)
    assert min(map(len, SECOND.values())) >= 7


@pytest.mark.parametrize("topic", SECOND)
def test_every_question_can_be_judged(topic: str) -> None:
    for question in SECOND[topic]:
        assert not on_topic(topic, question, "Yes")  # a fragment
        assert on_topic(topic, question, WHATEVER) in (True, False)


@pytest.mark.parametrize(
    ("topic", "words"), [("identity", IDENTITY), ("creative", CREATIVE_LENGTH)]
)
def test_it_is_known_what_is_asked_after(topic: str, words: dict[str, object]) -> None:
    for question in SECOND[topic]:
        assert any(word in question.lower() for word in words), question


@pytest.mark.parametrize(
    ("topic", "question", "answer"),
    [
        ("identity", "artist? album?", "I cannot tell the album from the music."),
        ("identity", "Who has composed this beautiful piece?", "I don't know the composer."),
        ("world", "longest river in africa?", "It is the Nile, I think."),
        ("creative", "Which colour would it be?", "It would be sunny yellow, for it sounds happy."),
    ],
)
def test_the_words_of_its_questions_are_known(topic: str, question: str, answer: str) -> None:
    every = [one for some in SECOND.values() for one in some]
    assert question in every
    assert on_topic(topic, question, answer)
