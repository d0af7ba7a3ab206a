"""A file of recorded answers -> the answers in it, each with the place where it stands.

The form is told from the file itself. An answer is passed on as it is, also where it is no text.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.jobs.jsonl import DECODER, from_line, lines_of
from mullama.options.values import shown
from mullama.printable import printable

MAX_FILE_BYTES = 1 << 29
"""A larger file is not read: half a gigabyte holds millions of answers."""


@dataclass(frozen=True)
class RecordedAnswer:
    """One answer of a file; it has an `id`, or `audio` and `question`."""

    where: str
    """Of the file, and in it."""
    value: Any
    """What stands there as the answer."""
    id: str = ""
    audio: str = ""
    question: str = ""
    failed: str = ""
    """Why the file says that there is none."""


def read_recorded(path: Path) -> Iterator[RecordedAnswer]:
    """The answers of a file, in order.

    A file whose first sign is [ is an array of CMI-Bench's results, {question, response, correct_answer,
    audioid, other}; one object over several lines, or of objects, is the published evaluation's
    {audio: {question: answer}}; all else is one object a line. Raises UsageError for another form, and
    for what cannot be read.
    """
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UsageError(f"{path} has {size >> 20} MiB: answers are read up to 512 MiB")
        text = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    whole = _whole(path, text)
    if isinstance(whole, list) and not isinstance(whole, Pairs):
        return _results(path, whole)
    if whole and all(isinstance(of, Pairs) for _, of in whole):
        return _published(path, whole)
    return _lines(path)


NAMES = {
    "id": ("id", "item"),
    "audio": ("audio", "audioid", "audio_name"),
    "question": ("question",),
    "failed": ("failed",),
}
"""What an object's keys are called."""


class Pairs(list[tuple[str, Any]]):
    """A JSON object with all its keys, also those that stand there twice."""


_WITH_ALL_KEYS = json.JSONDecoder(
    object_pairs_hook=Pairs,
    parse_float=DECODER.parse_float,
    parse_int=DECODER.parse_int,
    parse_constant=DECODER.parse_constant,
)


def _whole(path: Path, text: bytes) -> list[Any]:
    """The one value of a JSON file; an empty object where it is none, as a file of lines."""
    try:
        value = _WITH_ALL_KEYS.decode(text.decode("utf-8-sig").strip())
    except (ValueError, RecursionError) as error:
        if text.lstrip()[:1] == b"[":
            raise UsageError(f"{path} is not JSON: {error}") from error
        return Pairs()
    return value if isinstance(value, list) else Pairs()


def _published(path: Path, whole: list[tuple[str, Any]]) -> Iterator[RecordedAnswer]:
    for audio, answers in whole:
        for question, value in answers:
            where = f"{path}, {printable(shown(audio))}, {printable(shown(question))}"
            yield RecordedAnswer(where, value, audio=audio, question=question)


def _results(path: Path, whole: list[Any]) -> Iterator[RecordedAnswer]:
    for number, result in enumerate(whole):
        where = f"{path}, item {number}"
        if not isinstance(result, Pairs):
            raise UsageError(f"{where}: expected a result with audioid, question and response")
        yield _answer(where, dict(result))


def _lines(path: Path) -> Iterator[RecordedAnswer]:
    with path.open("rb") as file:
        for line in lines_of(file):
            if line.blank:
                continue
            where = f"{path}, line {line.number}"
            try:
                values = from_line(line.content)
            except ValueError as error:
                raise UsageError(f"{where}: {error}") from error
            if not values.get(
                "condition"
            ):  # an answer of ours to a control, which no item asks for
                yield _answer(where, values)


def _answer(where: str, values: dict[str, Any]) -> RecordedAnswer:
    """An object's answer, by our names or by CMI-Bench's."""
    known = {
        ours: _name(where, next((values[name] for name in names if name in values), None))
        for ours, names in NAMES.items()
    }
    if not known["id"] and not (known["audio"] and known["question"]):
        raise UsageError(f"{where}: expected `answer` with `id`, or with `audio` and `question`")
    return RecordedAnswer(where, values.get("answer", values.get("response")), **known)


def _name(where: str, value: Any) -> str:
    """Numbers are names too."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or isinstance(value, str):
        return value or ""
    raise UsageError(f"{where}: expected a name or a question as text, got {shown(value)}")
