"""A reply that holds JSON -> its answers or pairs; nothing where it holds none of the known forms.

The JSON may stand in a fence or between remarks. Does not judge what is said.
"""

import json
from typing import Any

from mullama.musicqa.interview.normalise_text import same_question

MAX_STARTS = 16
"""How many brackets are tried as the beginning of the JSON."""
_QUESTIONS = ("question", "q", "Question", "Q")
_ANSWERS = ("answer", "a", "Answer", "A", "response")


def json_answers(text: str, questions: tuple[str, ...]) -> list[str]:
    """One answer for each question, from {"answers": [...]}, a list, {"1": ...}, {question: answer}
    or pairs.
    """
    for value in _values(text):
        answers = _answers(value, questions)
        if len(answers) == len(questions):
            return answers
    return []


def json_pairs(text: str) -> list[tuple[str, str]]:
    """(question, answer) of {"pairs": [...]}, a list of objects, objects in a row or {q: a}."""
    single: list[tuple[str, str]] = []
    for value in _values(text):
        pairs = _pairs(value)
        if len(pairs) > 1:
            return pairs
        single += pairs
    return single


def _answers(value: Any, questions: tuple[str, ...]) -> list[str]:
    value = _inner(value)
    if isinstance(value, dict):
        return _by_name(value, questions)
    if not isinstance(value, list):
        return []
    if all(isinstance(item, str) for item in value):
        return value
    return [answer for item in value if (answer := _first_text(item, _ANSWERS))]


def _by_name(value: dict[str, Any], questions: tuple[str, ...]) -> list[str]:
    """The answers of an object in the questions' order, by question or by number."""
    found = []
    for number, question in enumerate(questions, start=1):
        for name, answer in value.items():
            if same_question(name, question) or name.strip(" .)") == str(number):
                found.append(answer if isinstance(answer, str) else _first_text(answer, _ANSWERS))
                break
    if not found and all(isinstance(answer, str) for answer in value.values()):
        found = list(value.values())
    return [answer for answer in found if answer]


def _pairs(value: Any) -> list[tuple[str, str]]:
    value = _inner(value)
    if isinstance(value, dict):
        alone = _first_text(value, _QUESTIONS), _first_text(value, _ANSWERS)
        if all(alone):
            return [alone]
        if all(isinstance(answer, str) for answer in value.values()):
            return [(question, answer) for question, answer in value.items() if "?" in question]
        value = list(value.values())
    if not isinstance(value, list):
        return []
    both = ((_first_text(item, _QUESTIONS), _first_text(item, _ANSWERS)) for item in value)
    return [(question, answer) for question, answer in both if question and answer]


def _inner(value: Any) -> Any:
    """The list within an object that holds nothing else, such as {"pairs": [...]}."""
    if isinstance(value, dict) and len(value) == 1:
        (only,) = value.values()
        return only if isinstance(only, (list, dict)) else value
    return value


def _first_text(item: Any, names: tuple[str, ...]) -> str:
    if not isinstance(item, dict):
        return ""
    return next((item[name] for name in names if isinstance(item.get(name), str)), "")


def _values(text: str) -> list[Any]:
    """The JSON lists and objects in a text, outermost ones, in their order."""
    values: list[Any] = []
    at, decoder = 0, json.JSONDecoder()
    for _ in range(MAX_STARTS):
        begin = min((place for mark in "[{" if (place := text.find(mark, at)) >= 0), default=-1)
        if begin < 0:
            break
        try:
            value, at = decoder.raw_decode(text, begin)
            values.append(value)
        except (json.JSONDecodeError, RecursionError):
            at = begin + 1
    return values
