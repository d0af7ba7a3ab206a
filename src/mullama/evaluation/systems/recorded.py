"""Answers that somebody gave before: read from a file, in the forms in which such answers are published.

What is wrong with one answer is told as the failure of its item, so that the others are scored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, ClassVar

from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.systems.recorded_files import RecordedAnswer, read_recorded
from mullama.evaluation.systems.system import Reply, Request, System, checked, each
from mullama.jobs.digest import file_digest
from mullama.options import Flag, Options
from mullama.options.values import shown

Key = tuple[str, ...]
"""("id", id), ("asked", name of the audio, question), or ("audio", its name)."""


@dataclass(frozen=True, kw_only=True)
class RecordedOptions(Options):
    """Where the answers are."""

    path: Annotated[Path, Flag("FILE")]
    """`*_data.json` as published for MusicQA, an array of CMI-Bench's results, answers of ours, or JSON
    lines with `answer` and either `id` or `audio` and `question`."""
    any_question: bool = False
    """Take the only answer about an audio whatever it was asked: some files word questions in their own way."""


class Recorded(System):
    """Finds each item's answer by its id, or by its audio and its question."""

    options_type: ClassVar[type[Options]] = RecordedOptions
    hears: ClassVar[bool] = False
    batch_size = 256

    def describe(self) -> dict[str, Any]:
        """The file's name and digest: where it lies makes no difference."""
        path = self.options.path
        return {**super().describe(), "path": path.name, "sha256": file_digest(path)}

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """The answers of the file. Raises UsageError for a file of no known form."""
        answers = self._answers
        return each(lambda request: Reply(_text(self._found(answers, request))), requests)

    def _found(self, answers: dict[Key, list[RecordedAnswer]], request: Request) -> RecordedAnswer:
        """The one answer to a request; raises UsageError where there are none, or several."""
        wanted = _wanted(request, any_question=self.options.any_question)
        found = next((answers[key] for key in wanted if key in answers), None)
        if found is None:
            raise UsageError(f"{self.options.path} has no answer to it")
        found = [answer for answer in found if not answer.failed] or found
        if any(other.value != found[0].value for other in found[1:]):
            places = " and ".join(answer.where for answer in found[:2])
            raise UsageError(f"{self.options.path} has {len(found)} answers to it: {places}")
        return found[0]

    @cached_property
    def _answers(self) -> dict[Key, list[RecordedAnswer]]:
        """Every name of an audio -> its answers: with its folder and ending, and without."""
        answers: dict[Key, list[RecordedAnswer]] = {}
        for answer in read_recorded(self.options.path):
            for key in _keys(answer):
                answers.setdefault(key, []).append(answer)
        return answers


def _text(answer: RecordedAnswer) -> str:
    """Raises UsageError for what is no answer, with its place in the file."""
    if answer.failed:
        raise UsageError(f"{answer.where}: was not answered: {answer.failed}")
    if not isinstance(answer.value, str):
        raise UsageError(f"{answer.where}: expected an answer as text, got {shown(answer.value)}")
    try:
        return checked(answer.value)
    except UsageError as error:
        raise UsageError(f"{answer.where}: {error}") from error


def _keys(answer: RecordedAnswer) -> list[Key]:
    if answer.id:
        return [("id", answer.id)]
    names = _names(answer.audio)
    asked = [("asked", name, _plain(answer.question)) for name in names]
    return [*asked, *(("audio", name) for name in names)]


def _wanted(request: Request, *, any_question: bool) -> list[Key]:
    """The exact names first."""
    item = request.item
    names = [name for known in _known_as(item) for name in _names(known)]
    questions = dict.fromkeys(map(_plain, (item.question, request.question)))
    keys: list[Key] = [("id", item.id)]
    keys += [("asked", name, question) for name in names for question in questions]
    return keys + [("audio", name) for name in names if any_question]


def _known_as(item: Item) -> list[str]:
    return [name for name in (item.audio, item.source_id, item.track) if name]


def _names(audio: str) -> list[str]:
    """A file's name as it stands, without its folders, and without its ending."""
    path = PurePosixPath(audio.replace("\\", "/"))
    return list(dict.fromkeys([audio, path.name, path.stem]))


def _plain(question: str) -> str:
    """White space is not compared."""
    return " ".join(question.split())
