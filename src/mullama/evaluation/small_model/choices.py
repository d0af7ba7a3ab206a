"""A model and clips with known truths -> questions with choices, as `calibration.py` judges them.

The choices are bare values, as people give them; the questions are worded as people ask.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mullama.choosing import choice_likelihoods
from mullama.evaluation.calibration import Asked
from mullama.song import MuLlama, Song
from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.truth import MOODS, Truth
from mullama.studio.words.balance import balanced_presences
from mullama.studio.words.describe import ask, ask_presence

SEED = 12345
BATCH = 16
YES_NO = ("yes", "no")
TEMPOS = tuple(map(str, range(60, 181)))
"""Beats per minute; a tempo class is all of its own."""
CLASSES = (90, 130)
"""Where moderate begins, and where fast does."""
FORMS = (
    "{Choice}, ...",
    "The key is {choice}.",
    "The time signature is {choice}.",
    "The tempo is about {choice} BPM.",
    "The style is {choice}.",
    "The mood is {choice}.",
    "The melody is played by a {choice}.",
    "The melody is played by an {choice}.",
    "The melody is played by {choice}.",
)
"""How `studio.words.describe` puts a value into an answer: what stands with the weights as `choice_forms`."""
PRESENCES_AN_INSTRUMENT = 15
FIELDS = ("tempo class", "key", "metre", "style", "mood", "presence", "drums")
TOPICS = {"tempo class": "tempo"}
"""Field -> the topic of its questions, where that has another name."""


@dataclass(frozen=True)
class Put:
    """A question with its choices, to be scored."""

    clip: int
    field: str
    question: str
    choices: tuple[str, ...]
    answers: tuple[int, ...]
    right: int


def tempo_class(bpm: int) -> int:
    """Slow, moderate or fast: 0, 1, 2."""
    return sum(bpm >= bound for bound in CLASSES)


def questions(truths: Sequence[Truth]) -> Iterator[Put]:
    """Everything that is asked about the clips; nothing that a clip does not tell."""
    rng = random.Random(SEED)
    for clip, truth in enumerate(truths):
        for field in FIELDS:
            if field != "presence" and (known := _known(truth, field)) is not None:
                question = ask(truth, TOPICS.get(field, field), rng).question
                yield Put(clip, field, question, *known)
    presences = balanced_presences(truths, SEED, PRESENCES_AN_INSTRUMENT)
    for clip, names in enumerate(presences):
        for name in names:
            question = ask_presence(truths[clip], name, rng).question
            right = int(name not in truths[clip].instruments)
            yield Put(clip, "presence", question, YES_NO, (0, 1), right)


def _known(truth: Truth, field: str) -> tuple[tuple[str, ...], tuple[int, ...], int] | None:
    """Choices, what they stand for, and which answer is right."""
    if field == "drums":
        return YES_NO, (0, 1), int(not truth.drums)
    if field == "tempo class":
        if truth.tempo_bpm is None:
            return None
        classes = tuple(tempo_class(int(text)) for text in TEMPOS)
        return TEMPOS, classes, tempo_class(truth.tempo_bpm)
    choices = {"key": all_keys(), "metre": METRES, "style": tuple(STYLES), "mood": MOODS}[field]
    value = getattr(truth, field)
    if value is None:
        return None
    return choices, tuple(range(len(choices))), choices.index(value)


def scored(
    mu: MuLlama,
    songs: Sequence[Song],
    truths: Sequence[Truth],
    report: Callable[[int], None] = lambda done: None,
    *,
    unheard: bool = False,
) -> list[Asked]:
    """All questions about the songs, with the log-probabilities of their choices.

    With `unheard` also those that they have without any music; else zeros.
    """
    asked = list(questions(truths))
    nothing = mu.no_song()
    found = []
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        texts, choices = [put.question for put in part], [put.choices for put in part]
        heard = choice_likelihoods(mu, [songs[put.clip] for put in part], texts, choices)
        others = [[0.0] * len(one) for one in choices]
        if unheard:
            others = choice_likelihoods(mu, [nothing] * len(part), texts, choices)
        found += [
            Asked(np.array(one), np.array(other), put.answers, put.right, put.field)
            for put, one, other in zip(part, heard, others, strict=True)
        ]
        report(len(found))
    return found
