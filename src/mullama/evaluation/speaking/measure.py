"""A model and held-out clips become figures of how it speaks: to the point, whole, true and varied.

Questions are held out of training (held_out.py, second.py), put to clips by turns; captions are of all clips.
What a text claims is held against the clips' truths, so a clip that was misheard counts as denied as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mullama.answer.answer import CAPTIONS
from mullama.evaluation.small_model.measure import answers
from mullama.evaluation.speaking.held_out import HELD_OUT
from mullama.evaluation.speaking.on_topic import is_fragment, on_topic
from mullama.song import MuLlama, Song
from mullama.studio.english.checks import claims, contradictions
from mullama.studio.truth import Truth


@dataclass(frozen=True)
class Spoken:
    """One answer, and whether it speaks of what was asked."""

    topic: str
    question: str
    answer: str
    to_the_point: bool


@dataclass(frozen=True)
class SpeakingFigures:
    """How a model speaks; shares of one."""

    on_topic: dict[str, float]
    """Topic -> answers that speak of what was asked."""
    fragments: float
    """Answers that are no sentence."""
    denied: float
    """Claims that the truth denies, of all that answers and captions make."""
    distinct_captions: float
    """Short captions that no other clip has."""
    spoken: tuple[Spoken, ...]

    @property
    def all_topics(self) -> float:
        """Answers to the point, over all topics alike."""
        return sum(self.on_topic.values()) / len(self.on_topic)


def measure_speaking(
    mu: MuLlama,
    songs: Sequence[Song],
    truths: Sequence[Truth],
    questions: Mapping[str, Sequence[str]] = HELD_OUT,
) -> SpeakingFigures:
    """Figures of a model about clips whose truths are known, `songs[i]` being `truths[i]`'s.

    `questions` are by topics of `held_out.TOPICS`.
    """
    asked = [(topic, question) for topic, some in questions.items() for question in some]
    places = [number % len(songs) for number in range(len(asked))]
    texts = answers(mu, [songs[place] for place in places], [question for _, question in asked])
    spoken = tuple(
        Spoken(topic, question, text, on_topic(topic, question, text))
        for (topic, question), text in zip(asked, texts, strict=True)
    )
    captions = answers(mu, list(songs), [CAPTIONS["short"]] * len(songs))
    said = [*zip(places, texts, strict=True), *enumerate(captions)]
    made = sum(len(claims(text)) for _, text in said)
    false = sum(len(contradictions(text, truths[place])) for place, text in said)
    return SpeakingFigures(
        on_topic={topic: _share(spoken, topic) for topic in questions},
        fragments=sum(is_fragment(text) for text in texts) / len(texts),
        denied=false / max(made, 1),
        distinct_captions=sum(captions.count(one) == 1 for one in captions) / len(captions),
        spoken=spoken,
    )


def _share(spoken: Sequence[Spoken], topic: str) -> float:
    of_topic = [one.to_the_point for one in spoken if one.topic == topic]
    return sum(of_topic) / len(of_topic)
