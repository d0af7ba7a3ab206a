"""What was said of a song -> questions with choices about it, and how probable what was said then is.

A field with a vocabulary is asked again with all its values to choose from; each instrument or singer that
was named, by "is there one?", and each kind of singer where the piece was called instrumental. Does not know
who is asked.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from mullama.answer.choice import Choice
from mullama.answer.forms import Form
from mullama.catalogue.questions import FIELD_QUESTIONS, read_value
from mullama.catalogue.record import INSTRUMENTAL, SEPARATOR
from mullama.catalogue.sound_answers import DIGITS, Said
from mullama.studio.instruments import DRUMS, VOCALS
from mullama.studio.words.describe import presence_answers, with_article
from mullama.studio.words.vocabularies import VOCABULARIES, YES_NO

TEMPO_NEAR = 0.04
"""Tempos so near to the one that was said count as the same, as is usual where tempos are judged
(MIREX: Gouyon et al. 2006, "accuracy 1")."""


@dataclass(frozen=True)
class Closed:
    """A question with choices about one song."""

    field: str
    question: str
    choices: tuple[str, ...]
    said: frozenset[str]
    """Those of them that agree with what was said; at least one."""


def closed_questions(answers: Mapping[str, Said], forms: Sequence[Form]) -> list[Closed]:
    """What is to be asked about a song after these answers; `forms` are the model's.

    Nothing of a field that nothing was told of, and of a value outside of its vocabulary. Choices are the
    sentences that the model says, as far as these are known: so they are read in one way only.
    """
    found: list[Closed] = []
    sentences = "drums" in answers and answers["drums"].text in presence_answers(DRUMS)
    for field, question in FIELD_QUESTIONS.items():
        value = read_value(field, answers[field].text) if field in answers else None
        if value is None:
            continue
        if field in ("instruments", "vocals"):
            there = value != INSTRUMENTAL
            names = value.split(SEPARATOR) if there else VOCALS
            found += [_presence(field, name, there=there, sentences=sentences) for name in names]
            continue
        choices = _sentences(field, value, answers[field].text, forms)
        both = zip(VOCABULARIES[field], choices, strict=True)
        if said := frozenset(choice for one, choice in both if _agree(field, one, value)):
            found.append(Closed(field, question, choices, said))
    return found


def with_chosen(
    answers: Mapping[str, Said], asked: Sequence[Closed], choices: Sequence[Choice]
) -> dict[str, Said]:
    """The answers, with their probability among the choices where that is calibrated.

    Of several instruments it is the least probable one's: the list is at most as probable as that. So it is
    of singers.
    """
    found = dict(answers)
    for field in dict.fromkeys(one.field for one in asked):
        pairs = [pair for pair in zip(asked, choices, strict=True) if pair[0].field == field]
        if all(choice.calibrated for _, choice in pairs):
            chosen = min(
                math.fsum(choice.probabilities[one] for one in closed.said)
                for closed, choice in pairs
            )
            coverage = min(choice.coverage for _, choice in pairs)
            found[field] = answers[field]._replace(
                chosen=round(min(chosen, 1.0), DIGITS), coverage=round(coverage, DIGITS)
            )
    return found


def presence_question(instrument: str) -> str:
    """Whether an instrument plays."""
    if instrument == DRUMS:
        return FIELD_QUESTIONS["drums"]
    return f"Is there {with_article(instrument)}?"


def tempo_agrees(one: str, other: str) -> bool:
    """Whether two tempos in beats per minute count as the same; see `TEMPO_NEAR`."""
    return abs(int(one) - int(other)) <= TEMPO_NEAR * int(other)


def _presence(field: str, instrument: str, *, there: bool, sentences: bool) -> Closed:
    yes, no = choices = presence_answers(instrument) if sentences else YES_NO
    said = frozenset({yes if there else no})
    return Closed(field, presence_question(instrument), choices, said)


def _sentences(field: str, value: str, text: str, forms: Sequence[Form]) -> tuple[str, ...]:
    """How the model says each value, where this text says one; values as they are, where that is not known."""
    if field == "drums" and text in presence_answers(DRUMS):
        return presence_answers(DRUMS)
    form = next((form for form in forms if form.ends and form.say(value) == text), None)
    return VOCABULARIES[field] if form is None else _said(form, field)


@lru_cache(maxsize=64)
def _said(form: Form, field: str) -> tuple[str, ...]:
    return tuple(map(form.say, VOCABULARIES[field]))


def _agree(field: str, one: str, other: str) -> bool:
    return tempo_agrees(one, other) if field == "tempo" else one == other
