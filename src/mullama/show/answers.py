"""A song and topics -> closed questions about it, asked as `choices=` asks them, all in one batch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from mullama.answer.choice import Choice
from mullama.catalogue.closed import presence_question, tempo_agrees
from mullama.catalogue.questions import FIELD_QUESTIONS
from mullama.show.show_options import Topic
from mullama.song import MuLlama, Song
from mullama.studio.instruments import DRUMS, INSTRUMENTS
from mullama.studio.words.vocabularies import VOCABULARIES, YES_NO

YES = YES_NO[0]
LITTLE_COVERAGE = 0.5
"""Where the choices are less than this of what the model would answer, its answer is doubtful."""


@dataclass(frozen=True)
class Answered:
    """One closed question with its choice."""

    topic: Topic
    name: str
    """What a reader calls it: the topic, or the instrument that was asked after."""
    choice: Choice

    @property
    def yes(self) -> float:
        """Of a yes-or-no question."""
        return self.choice.probabilities[YES]

    @property
    def best(self) -> str:
        """The most probable choice."""
        probabilities = self.choice.probabilities
        return max(probabilities, key=probabilities.__getitem__)

    @property
    def near(self) -> float:
        """Of the most probable choice; of a tempo with those that count as the same."""
        if self.topic != "tempo":
            return self.choice.probability
        found = self.choice.probabilities.items()
        return math.fsum(share for text, share in found if tempo_agrees(text, self.best))

    @property
    def doubtful(self) -> bool:
        """Whether the model would rather say something else than any of the choices.

        Nothing is told of a model that is not calibrated: it may word every answer in its own way.
        """
        return self.choice.calibrated and self.choice.coverage < LITTLE_COVERAGE


@dataclass(frozen=True)
class Put:
    """A closed question as it is asked."""

    topic: Topic
    name: str
    question: str
    choices: tuple[str, ...]


def questions(topics: Sequence[Topic]) -> list[Put]:
    """One a topic; of instruments one each, without the drums, which are a topic."""
    found = []
    for topic in topics:
        if topic == "instruments":
            names = [name for name in INSTRUMENTS if name != DRUMS]
            found += [Put(topic, name, presence_question(name), YES_NO) for name in names]
        else:
            found.append(Put(topic, topic, FIELD_QUESTIONS[topic], VOCABULARIES[topic]))
    return found


def ask(mu: MuLlama, song: Song, topics: Sequence[Topic]) -> tuple[Answered, ...]:
    """Everything about one song, or a part of one."""
    put = questions(topics)
    choices = mu.ask(
        [song] * len(put),
        [one.question for one in put],
        choices=[one.choices for one in put],
    )
    return tuple(
        Answered(one.topic, one.name, choice) for one, choice in zip(put, choices, strict=True)
    )
