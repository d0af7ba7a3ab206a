"""A caption or tags -> sentences that say nothing which is not in them.

The template writer's words for collections whose truth is not known. Does not listen to anything.
"""

import random
import re
from collections.abc import Iterator

from mullama.musicqa.descriptions import Description
from mullama.musicqa.writers.vocabulary import find_words
from mullama.studio.words.describe import listed

_QUESTIONS: dict[str, tuple[str, ...]] = {
    "instruments": (
        "Which instruments can be heard?",
        "What instruments are played in the audio?",
        "What instruments does the music use?",
    ),
    "voices": (
        "What kind of voices are in the audio?",
        "Is there any singing or speech in the audio?",
    ),
    "style": (
        "What style of music is it?",
        "What genre does the music belong to?",
        "How would you name the style of this music?",
    ),
    "mood": (
        "What is the mood of the music?",
        "How does the music feel?",
        "What atmosphere does the audio have?",
    ),
    "tempo": ("How fast is the music?", "What is the tempo of the music?"),
}
_SENTENCES = {
    "instruments": "I hear {}.",
    "voices": "There is {} in it.",
    "style": "The style is {}.",
    "mood": "The mood is {}.",
    "tempo": "The tempo is {}.",
}


def text_answers(description: Description) -> tuple[str, str, str, str]:
    """To the four fixed questions: in short, in detail, what is heard, what follows."""
    words = find_words(description.text)
    audible = _facts(words, "instruments", "voices")
    inferred = _facts(words, "style", "mood", "tempo")
    sentences = _sentences(description)
    return sentences[0], whole_text(description), audible or sentences[0], inferred or sentences[-1]


def text_pairs(description: Description, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Five and more pairs: what the words tell first, in random order, then the words themselves."""
    words = find_words(description.text)
    topics = [topic for topic in _QUESTIONS if words[topic]]
    for topic in rng.sample(topics, len(topics)):
        yield rng.choice(_QUESTIONS[topic]), _facts(words, topic)
    sentences = _sentences(description)
    yield "How would you sum the music up in one sentence?", sentences[0]
    yield "What else should be said about the music?", sentences[-1]
    yield "What would you tell somebody who has not heard it?", whole_text(description)
    yield "What is the first impression of the audio?", sentences[0]
    yield "How would a listener put the music into words?", whole_text(description)


def whole_text(description: Description) -> str:
    """All that the description says, as sentences."""
    return " ".join(_sentences(description))


def _facts(words: dict[str, list[str]], *topics: str) -> str:
    """A sentence for each of these topics that has words."""
    return " ".join(
        _SENTENCES[topic].format(listed(words[topic])) for topic in topics if words[topic]
    )


def _sentences(description: Description) -> list[str]:
    """One at least; tags make two."""
    text = " ".join(description.text.split())
    if description.kind == "caption":
        return [part for part in re.split(r"(?<=[.!?])\s+", text) if part]
    tags = [tag.strip() for tag in text.split(",") if tag.strip()] or [text]
    rest = [f"It is marked by {listed(tags[3:])} too."] if tags[3:] else []
    return [f"This music is marked by {listed(tags[:3])}.", *rest]
