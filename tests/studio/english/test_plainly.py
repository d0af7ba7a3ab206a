"""Loosely worded questions are answered in the small model's own sentences, and rightly."""

import random
import re
from collections import Counter
from dataclasses import replace

import pytest

from mullama.evaluation.speaking.on_topic import is_fragment
from mullama.studio.english import plainly
from mullama.studio.english.checks import contradictions
from mullama.studio.english.in_kind import ANSWERS, answer_in_kind
from mullama.studio.english.patterns import bare
from mullama.studio.english.plainly import OPINIONS, SAME
from mullama.studio.truth import Truth
from mullama.studio.words.describe import OFF_TOPIC_ANSWER, answer_about

ROCK = Truth(
    ("electric guitar", "drums"), "rock", 128, "4/4", "E minor", "energetic", "electric guitar"
)
BARE = Truth(("piano",), None, None, None, None, None, None)
CHOIR = Truth(("choir",), None, None, None, "C major", None, "choir")
TOPICS = (*SAME, "presence", "check", "unknowable", "opinion")


def asked(truth: Truth, topic: str, count: int = 150) -> list[plainly.QuestionAnswer]:
    rng = random.Random(topic)
    return [plainly.ask(truth, topic, rng, "piano") for _ in range(count)]


@pytest.mark.parametrize("truth", [ROCK, BARE, CHOIR])
@pytest.mark.parametrize("topic", TOPICS)
def test_answers_are_whole_and_true(truth: Truth, topic: str) -> None:
    for pair in asked(truth, topic):
        assert not is_fragment(pair.answer), pair
        assert not contradictions(pair.answer, truth), pair
        assert not re.search(r"\ba [aeio]", pair.answer), pair
        assert "{" not in pair.question + pair.answer


@pytest.mark.parametrize("topic", SAME)
def test_facts_are_told_in_one_sentence_however_they_are_asked_after(topic: str) -> None:
    pairs = asked(ROCK, topic)
    assert {pair.answer for pair in pairs} == {answer_about(ROCK, topic)}
    assert len({pair.question for pair in pairs}) > 25


def test_no_question_asks_for_drums_in_the_negative() -> None:
    for pair in asked(ROCK, "drums", 400):
        assert not any(word in pair.question.lower() for word in plainly.NEGATIVE), pair


def test_yes_and_no_are_both_right_when_a_claim_is_checked() -> None:
    begins = Counter(pair.answer.split(",")[0] for pair in asked(ROCK, "check", 300))
    assert set(begins) == {"Yes", "No"}
    assert min(begins.values()) > 100


def test_every_opinion_is_asked_for() -> None:
    assert {pair.subject for pair in asked(ROCK, "opinion", 400)} == set(OPINIONS)


def test_who_sings_is_told() -> None:
    assert {pair.answer for pair in asked(CHOIR, "vocals", 50)} == {"There is a choir."}
    assert {pair.answer for pair in asked(ROCK, "vocals", 50)} == {"I hear no singer."}
    perhaps = replace(ROCK, maybe_sung=True)
    assert {pair.answer for pair in asked(perhaps, "vocals", 50)} == {
        "Whether somebody sings is not clear."
    }
    assert not any("instrumental" in pair.answer for pair in asked(perhaps, "short", 200))


def test_what_it_cannot_do_is_answered_by_what_it_can() -> None:
    answers = Counter(pair.answer for pair in asked(ROCK, "unknowable", 300))
    assert answers[OFF_TOPIC_ANSWER] > 80
    assert any(answer == "I cannot tell the lyrics from the music." for answer in answers)


def test_what_is_made_up_follows_from_the_mood_and_is_left_where_there_is_none() -> None:
    made = {pair.answer for pair in asked(ROCK, "unknowable", 400) if pair.topic == "in kind"}
    assert made <= {answer_in_kind(kind, "energetic") for kind in ANSWERS}
    assert len(made) > 8
    assert not [pair for pair in asked(BARE, "unknowable", 400) if pair.topic == "in kind"]


def test_no_question_has_two_answers() -> None:
    answers: dict[str, set[str]] = {}
    for topic in (*SAME, *["unknowable"] * 4, *["opinion"] * 3):
        rng = random.Random(topic)
        for _ in range(600):
            pair = plainly.ask(ROCK, topic, rng)
            answers.setdefault(bare(pair.question), set()).add(pair.answer)
    assert len(answers) > 4000
    assert not {question: said for question, said in answers.items() if len(said) > 1}


def test_of_silence_there_is_nothing_to_tell() -> None:
    rng = random.Random(0)
    pairs = [plainly.ask_of_silence(rng) for _ in range(200)]
    assert {pair.answer for pair in pairs} == {"I hear no music.", "No, I hear no music."}
    for pair in pairs:
        if re.search(r"^(is|are) there\b", pair.question, re.IGNORECASE):
            asked_after = re.search(r"\b(which|what|how)\b", pair.question, re.IGNORECASE)
            assert pair.answer.startswith("No") or asked_after, pair
