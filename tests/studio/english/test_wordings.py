"""Every table adds to a kind of question that there is, and every pattern can be filled."""

import random

import pytest

from mullama.studio.english.everyday_facts import EVERYDAY_FACTS
from mullama.studio.english.everyday_open import EVERYDAY_OPEN, EVERYDAY_SUBJECTS
from mullama.studio.english.open_questions import OPEN_QUESTIONS, SUBJECTS
from mullama.studio.english.patterns import filled
from mullama.studio.english.questions import FACT_QUESTIONS
from mullama.studio.english.wordings import patterns_for, patterns_of_subject

BLANKS = {"it": "the song", "other": "a march", "occasion": "a wedding", "Occasion": "A wedding"}


def test_everyday_wordings_are_of_known_kinds() -> None:
    assert set(EVERYDAY_FACTS) <= set(FACT_QUESTIONS)
    assert set(EVERYDAY_OPEN) <= set(OPEN_QUESTIONS)
    assert set(EVERYDAY_SUBJECTS) <= set(SUBJECTS)


def test_all_patterns_of_a_kind_are_found_and_can_be_filled() -> None:
    rng = random.Random(0)
    for kind in (*EVERYDAY_FACTS, *EVERYDAY_OPEN):
        table = FACT_QUESTIONS if kind in FACT_QUESTIONS else OPEN_QUESTIONS
        more = EVERYDAY_FACTS.get(kind) or EVERYDAY_OPEN[kind]
        assert patterns_for(kind) == table[kind] + more
    with pytest.raises(KeyError, match="tempoo"):
        patterns_for("tempoo")
    for name in SUBJECTS:
        assert set(SUBJECTS[name][2]) <= set(patterns_of_subject(name))
    every = [*EVERYDAY_FACTS.values(), *EVERYDAY_OPEN.values(), *EVERYDAY_SUBJECTS.values()]
    for pattern in (pattern for table in every for pattern in table):
        text = filled(pattern, rng, BLANKS)
        assert text[-1] in ".?!", pattern
        assert not set("{}[]|") & set(text), pattern
