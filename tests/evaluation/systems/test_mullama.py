"""A model of ours: what is wrong with one question is that question's failure."""

from collections.abc import Sequence

import pytest

from mullama.errors import MuLlamaError
from mullama.evaluation.items import Item
from mullama.evaluation.systems.registry import SystemSpec
from mullama.evaluation.systems.system import Request

LONG = "Is it loud? " * 3000


def requests(*questions: str, options: Sequence[str] = ()) -> list[Request]:
    return [
        Request(Item(str(n), question, options=tuple(options)), question, None)
        for n, question in enumerate(questions)
    ]


def test_a_question_that_is_too_long_fails_alone() -> None:
    system = SystemSpec("mullama", options={"max_new_tokens": 4}).open()
    first, failed, last = system.answer(requests("What plays?", LONG, "Is it slow?"))
    assert failed.failed == "the question is longer than the language model can read"
    assert [first, last] == system.answer(requests("What plays?", "Is it slow?"))
    assert not first.failed


def test_options_whose_likelihood_cannot_be_told_fail_their_question_alone() -> None:
    system = SystemSpec("mullama", options={"max_new_tokens": 4}).open()
    good = requests("What plays?", options=("a flute", "a drum"))
    bad = requests("What plays?", options=("a flute", LONG))
    told = system.answer([*good, *bad])
    assert len(told[0].logprobs) == 2
    assert "longer than the language model can read" in told[1].failed


def test_a_model_that_is_not_there_is_no_failure_of_a_question() -> None:
    system = SystemSpec("mullama", options={"model": "nowhere/at-all"}).open()
    with pytest.raises(MuLlamaError, match="nowhere/at-all"):
        system.answer(requests("What plays?"))
