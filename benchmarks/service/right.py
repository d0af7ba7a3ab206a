"""The answer to each question given alone, by the model in this process: what a service must answer, too."""

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import mullama
from mullama.song import MuLlama, Song
from service.asking import Question, Reply
from service.found import Found

Asked = list[tuple[Question, Reply]]
"""What became of each question."""


def right_answers(questions: Iterable[Question]) -> dict[Question, str]:
    """One after another, without an engine."""
    return {question: _right_answer(question) for question in questions}


def check_answers(found: Found, asked: Asked, right: dict[Question, str]) -> None:
    """Is each the answer that is given alone?"""
    told = [(question, reply.text) for question, reply in asked if reply.kind == "answered"]
    wrong = sum(text != right[question] for question, text in told)
    seen = f"{wrong} of {len(told)} differ"
    found.promise("every answer is the one given alone", seen, bool(told) and not wrong)


@cache
def _right_answer(question: Question) -> str:
    return _song(question.song).ask(question.text, **dict(question.options)).text


@cache
def _song(data: bytes | None) -> Song:
    if data is None:
        return _model().no_song()
    with tempfile.NamedTemporaryFile() as file:
        Path(file.name).write_bytes(data)
        return _model().listen(file.name)


@cache
def _model() -> MuLlama:
    return mullama.load("small")
