"""Answers written by hand, good and bad, for every topic."""

import pytest

from mullama.evaluation.speaking.held_out import HELD_OUT, TOPICS
from mullama.evaluation.speaking.on_topic import is_fragment, on_topic

_KEY_ANSWER = "The key is Eb major."
GOOD = {
    "tempo": ("It is fast, at about 140 BPM.", "The tempo is not clear.", "It moves along slowly."),
    "key": (_KEY_ANSWER, "It sounds minor to me.", "I can't tell the key."),
    "metre": ("It is in 3/4.", "The time signature is not clear.", "Count it in fours."),
    "instruments": ("I hear piano and drums.", "I cannot tell the instruments apart."),
    "presence": ("Yes, there is.", "No, I hear no saxophone, piano or trumpet."),
    "drums": ("Yes, there are drums.", "It has no drums.", "The percussion is soft."),
    "lead": ("The saxophone carries the tune.", "I am not sure who plays the melody."),
    "style": ("It is jazz.", "The genre is not clear.", "I would file it under bossa nova."),
    "mood": ("It feels sad.", "The mood is not clear.", "It brings out longing and grief."),
    "description": ("This is a calm waltz with piano.", "It is calm, gentle and slow."),
    "inference": ("One can tell that it is a blues tune with a piano.", "Slow and minor, the piece is dark."),
    "listeners": ("Jazz fans would enjoy it.", "It is for people who want to unwind."),
    "place": ("You might hear it in a hotel bar.", "It would suit a scene at a station."),
    "activity": ("It is good for running.", "No, it is too wild for that."),
    "compare": ("Unlike a lullaby, it is fast.", "It is closer to funk than to folk."),
    "vocals": ("Nobody sings; it is instrumental.", "I hear no voice."),
    "lyrics": ("I cannot tell the lyrics from the sound.", "There is no singing, so there are no words."),
    "silly": ("I am glad to talk with you.", "I can only talk about the music."),
}  # fmt: skip
BAD = {
    "tempo": (_KEY_ANSWER, "I hear piano and drums.", "120"),
    "key": ("The tempo is about 120 BPM.", "It is a happy waltz.", "Major"),
    "metre": (_KEY_ANSWER, "I hear a choir."),
    "instruments": ("I cannot tell the lyrics from the music.", _KEY_ANSWER),
    "presence": (_KEY_ANSWER, "The mood is calm."),
    "drums": (_KEY_ANSWER, "It is a calm waltz."),
    "lead": (_KEY_ANSWER, "The style is rock."),
    "style": (_KEY_ANSWER, "I hear piano and flute."),
    "mood": ("I cannot tell the language from the music.", "The tempo is about 90 BPM."),
    "description": ("I cannot tell the title.", "."),
    "inference": ("I cannot tell the artist.", "Yes."),
    "listeners": (_KEY_ANSWER, "The tempo is about 90 BPM."),
    "place": (_KEY_ANSWER, "I hear drums."),
    "activity": (_KEY_ANSWER, "The style is rock."),
    "compare": (_KEY_ANSWER, "I hear drums and flute."),
    "vocals": (_KEY_ANSWER, "The tempo is about 90 BPM."),
    "lyrics": (_KEY_ANSWER, "I cannot tell the artist from the music."),
    "silly": ("The tempo is about 120 BPM.", "I hear piano and drums."),
}


@pytest.mark.parametrize("topic", GOOD)
def test_good_answers_are_on_topic(topic: str) -> None:
    for question in HELD_OUT[topic]:
        for answer in GOOD[topic]:
            assert on_topic(topic, question, answer), (question, answer)


@pytest.mark.parametrize("topic", BAD)
def test_bad_answers_are_not(topic: str) -> None:
    for question in HELD_OUT[topic]:
        for answer in BAD[topic]:
            assert not on_topic(topic, question, answer), (question, answer)


@pytest.mark.parametrize(
    ("topic", "word", "answer", "good"),
    [
        ("identity", "artist", "I cannot tell the artist from the music.", True),
        ("identity", "artist", "I cannot tell the lyrics from the music.", False),
        ("identity", "title", "I don't know the title.", True),
        ("identity", "year", "The year is not in the sound.", True),
        ("identity", "year", "I hear piano and drums.", False),
        ("identity", "copies", "I cannot tell the sales from the sound.", True),
        ("identity", "label", "I have no information about the record label.", True),
        ("world", "France", "It is Paris.", True),
        ("world", "France", "The style is hard to name.", False),
        ("world", "France", "I don't know that.", True),
        ("world", "spider", "A spider has eight legs.", True),
        ("world", "spider", "A spider has six legs.", False),
        ("world", "egg", "The tempo is about 120 BPM.", False),
        ("creative", "pitch", "A lonely sailor must find his way home before the storm.", True),
        ("creative", "pitch", "This is a happy.", False),
        ("creative", "haiku", "Slow rain on the roof, a piano thinks of summer, night closes the lid.", True),
        ("creative", "haiku", "The tempo is about 120 BPM and the key is C major.", False),
        ("creative", "colour", "It would be a deep blue, because it is calm.", True),
        ("creative", "colour", "It would be a happy waltz with piano.", False),
        ("creative", "title", 'How about "Night Train"?', True),
        ("creative", "title", "I cannot tell the title from the music.", False),
        ("creative", "dish", "A spicy stew with plenty of pepper.", True),
    ],
)  # fmt: skip
def test_answers_to_one_question(topic: str, word: str, answer: str, good: bool) -> None:
    question = next(question for question in HELD_OUT[topic] if word in question)
    assert on_topic(topic, question, answer) is good


@pytest.mark.parametrize("text", ["", ".", "Happy.", "The tempo is", "piano and drums", "?!"])
def test_fragments(text: str) -> None:
    assert is_fragment(text)


@pytest.mark.parametrize(
    "text", ["It is.", "How about that?", 'I say "yes."', "In one word: calm."]
)
def test_sentences(text: str) -> None:
    assert not is_fragment(text)


def test_every_topic_has_a_rule_and_others_are_refused() -> None:
    for topic in TOPICS:
        for question in HELD_OUT[topic]:
            on_topic(topic, question, "It is a calm waltz with a piano, I would say.")
    with pytest.raises(ValueError, match="no topic is called 'smell'"):
        on_topic("smell", "?", "It is.")
