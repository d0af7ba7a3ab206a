import random
from dataclasses import replace

import pytest

from mullama.studio.truth import Truth
from mullama.studio.words.describe import (
    DESCRIPTION_TOPICS,
    FACT_TOPICS,
    NO_MUSIC,
    OFF_TOPIC_ANSWER,
    ask_check,
    ask_of_silence,
    ask_unknowable,
    fact,
    interview,
    listed,
    long_caption,
    presence,
    short_caption,
    with_article,
)
from mullama.studio.words.parsing import (
    parse_cannot_tell,
    parse_instruments,
    parse_singers,
    parse_yes_no,
)

WALTZ = Truth(("piano", "violin"), "waltz", 132, "3/4", "Eb major", "happy", "violin")
DRUMS = Truth(("drums",), None, 100, "4/4", None, None, None)


def test_one_wording_for_every_fact() -> None:
    assert [fact(WALTZ, topic) for topic in FACT_TOPICS] == [
        "No, there are no drums.",
        "The tempo is about 132 BPM.",
        "The time signature is 3/4.",
        "The key is Eb major.",
        "I hear piano and violin.",
        "The style is waltz.",
        "The mood is happy.",
        "The melody is played by a violin.",
        "I hear no singer.",
    ]


def test_singers_are_named_as_people() -> None:
    sung = replace(WALTZ, instruments=("female singer", "piano"), lead="female singer")
    assert fact(sung, "instruments") == "I hear a female singer and piano."
    assert fact(sung, "lead") == "The melody is sung by a female singer."
    assert fact(sung, "vocals") == "There is a female singer."
    both = replace(WALTZ, instruments=("female singer", "male singer", "choir"))
    assert fact(both, "vocals") == "There is a female singer, a male singer and a choir."
    assert parse_instruments(fact(both, "vocals")) == both.singers
    perhaps = fact(replace(WALTZ, maybe_sung=True), "vocals")
    assert perhaps == "Whether somebody sings is not clear."
    assert parse_cannot_tell(perhaps)
    assert parse_singers(perhaps) is None
    assert fact(replace(sung, maybe_sung=True), "vocals") == fact(sung, "vocals")


def test_what_is_unknown_is_said_to_be() -> None:
    assert fact(DRUMS, "key") == "There is no clear key."
    assert fact(DRUMS, "style") == "The style is not clear."
    assert presence(DRUMS, "drums") == "Yes, there are drums."
    assert short_caption(DRUMS) == "A piece with drums."
    assert "key" not in long_caption(DRUMS)
    with pytest.raises(ValueError, match="no fact"):
        fact(DRUMS, "colour")


def test_captions() -> None:
    assert short_caption(WALTZ) == "A happy waltz piece with piano and violin."
    assert long_caption(WALTZ) == (
        "The style is waltz. The mood is happy. The tempo is about 132 BPM. "
        "The time signature is 3/4. The key is Eb major. I hear piano and violin."
    )


def test_words() -> None:
    assert listed(["piano"]) == "piano"
    assert listed(["piano", "cello", "drums"]) == "piano, cello and drums"
    assert with_article("organ") == "an organ"
    assert with_article("drums") == "drums"


def test_an_interview_is_repeatable_and_asks_everything(truths: list[Truth]) -> None:
    pairs = interview(WALTZ, 5, ["piano", "flute"])
    assert pairs == interview(WALTZ, 5, ["piano", "flute"])
    assert pairs != interview(WALTZ, 6, ["piano", "flute"])
    topics = {pair.topic for pair in pairs}
    assert {*FACT_TOPICS, *DESCRIPTION_TOPICS, "presence", "check"} <= topics
    for seed, truth in enumerate(truths[:60]):
        for pair in interview(truth, seed, ["drums"]):
            assert pair.question.strip()
            assert "{" not in pair.question + pair.answer
            assert "None" not in pair.answer


def test_checks_are_half_true() -> None:
    rng = random.Random(0)
    answers = [ask_check(WALTZ, rng) for _ in range(300)]
    truths = [parse_yes_no(pair.answer) for pair in answers if pair is not None]
    assert len(truths) == 300
    assert sum(map(bool, truths)) == pytest.approx(150, abs=40)
    for pair in answers:
        assert pair is not None
        assert (str(pair.subject) in pair.answer) == parse_yes_no(pair.answer)
    assert ask_check(Truth(("piano",), None, None, None, None, None, None), rng) is None


def test_what_music_does_not_tell_is_refused() -> None:
    rng = random.Random(0)
    answers = {ask_unknowable(rng).answer for _ in range(300)}
    assert "I cannot tell the lyrics from the music." in answers
    assert OFF_TOPIC_ANSWER in answers
    assert len(answers) == 12


def test_silence_has_no_facts() -> None:
    rng = random.Random(0)
    answers = {ask_of_silence(rng).answer for _ in range(100)}
    assert answers == {NO_MUSIC, "No, I hear no music."}
