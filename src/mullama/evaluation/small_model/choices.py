"""A model and clips with known truths -> questions with choices, as `calibration.py` judges them.

The choices are bare values, as people give them; the questions are worded as people ask.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mullama.choosing import Likelihoods, choice_likelihoods
from mullama.evaluation.calibration import Asked
from mullama.song import MuLlama, Song
from mullama.studio.truth import Truth
from mullama.studio.words.balance import balanced_presences
from mullama.studio.words.describe import ask, ask_check, ask_presence
from mullama.studio.words.forms import TOPIC
from mullama.studio.words.vocabularies import TEMPOS, VOCABULARIES, YES_NO

SEED = 12345
BATCH = 16
CLASSES = (90, 130)
"""Where moderate begins, and where fast does."""
PRESENCES_AN_INSTRUMENT = 15
FIELDS = ("tempo class", "key", "metre", "style", "mood", "lead", "presence", "drums", "check")
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
            if field not in ("presence", "check") and (known := _known(truth, field)) is not None:
                question = ask(truth, TOPICS.get(field, field), rng).question
                yield Put(clip, field, question, *known)
        if (check := ask_check(truth, rng)) is not None:
            right = int(not check.answer.startswith("Yes"))
            yield Put(clip, "check", check.question, YES_NO, (0, 1), right)
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
    if field == "tempo class":  # which is all of its tempos
        if truth.tempo_bpm is None:
            return None
        classes = tuple(tempo_class(int(text)) for text in TEMPOS)
        return TEMPOS, classes, tempo_class(truth.tempo_bpm)
    choices = VOCABULARIES[field]
    value = getattr(truth, field)
    if value is None:
        return None
    return choices, tuple(range(len(choices))), choices.index(value)


def scored(
    mu: MuLlama, songs: Sequence[Song], truths: Sequence[Truth], *, unheard: int = 0
) -> list[Asked]:
    """All questions about the songs, with the log-probabilities of their choices.

    Those about the first songs, so many as `unheard`, are also asked without any music.
    """
    asked = list(questions(truths))
    found = []
    for start in range(0, len(asked), BATCH):
        part = asked[start : start + BATCH]
        heard = _likelihoods(mu, part, [songs[put.clip] for put in part])
        too = [put for put in part if put.clip < unheard]
        others = iter(_likelihoods(mu, too, [mu.no_song()] * len(too)))
        found += [
            Asked(
                heard=np.array(one.logprobs),
                unheard=np.array(next(others).logprobs) if put.clip < unheard else None,
                answers=put.answers,
                right=put.right,
                field=put.field,
                wording=TOPIC.get(one.form.text, one.form.text),
            )
            for put, one in zip(part, heard, strict=True)
        ]
    return found


def _likelihoods(mu: MuLlama, part: Sequence[Put], songs: Sequence[Song]) -> list[Likelihoods]:
    texts, choices = [put.question for put in part], [put.choices for put in part]
    return choice_likelihoods(mu, songs, texts, choices)
