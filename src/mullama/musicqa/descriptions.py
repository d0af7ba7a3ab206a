"""The two records at either end of an interview: a description goes in, an interviewed clip comes out.

One JSON line holds one interviewed clip, whether its interview succeeded or not; nothing in a line
changes from run to run. Does not know where descriptions come from nor who writes the pairs.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mullama.data.utf8 import is_utf8
from mullama.errors import UsageError

FIXED_QUESTIONS = (
    "Describe the audio",
    "Describe the audio in detail",
    "What do you hear in the audio?",
    "What can be inferred from the audio?",
)
"""Asked of every clip, word for word as in the published files."""
OPEN_QUESTIONS = 5
"""How many more the writer asks of its own."""
KINDS = ("caption", "tags")


@dataclass(frozen=True)
class Description:
    """What a collection says about one clip, in words."""

    source: str
    """The collection's name, a key of `sources.SOURCES`."""
    id: str
    """The clip's name there; unique within its source."""
    text: str
    """A caption, or tags joined with ", "."""
    kind: str
    """One of `KINDS`."""
    audio: Path | None = None
    """The clip's file as it was found; None where it is absent."""
    licence: str = ""
    """Of the text, as its publisher states it."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the studio knows to be true of a rendered clip, `Truth.as_dict`; else empty."""


@dataclass(frozen=True)
class Interviewed:
    """One clip with the pairs that a writer made of its description, or why there are none."""

    id: str
    source: str
    text: str
    kind: str
    writer: str
    """Who wrote the pairs: a template or a model, by name."""
    audio: str | None = None
    """The clip's file; None where it is absent."""
    licence: str = ""
    pairs: tuple[tuple[str, str], ...] = ()
    """(question, answer): the fixed questions first, then the open ones; empty where it failed."""
    failed: str = ""
    """Why no pairs came, in one line; empty where they did."""
    last_text: str = ""
    """What the writer said last, where it failed."""

    @property
    def key(self) -> tuple[str, str]:
        """What no two lines of a file share."""
        return self.source, self.id

    def as_dict(self) -> dict[str, Any]:
        """What a line of JSONL holds: the pairs, or why there are none."""
        values = asdict(self)
        failed, last_text = values.pop("failed"), values.pop("last_text")
        pairs = values.pop("pairs")
        if failed:
            return {**values, "failed": failed, "last_text": last_text}
        return {**values, "pairs": [{"question": q, "answer": a} for q, a in pairs]}

    @classmethod
    def from_dict(cls, values: Any, where: str) -> "Interviewed":
        """The inverse of `as_dict`; raises UsageError, beginning with `where`, for anything else."""
        if not isinstance(values, dict):
            raise UsageError(f"{where}: expected one clip with its pairs as a JSON object")
        texts = {
            name: _text(values, name, where)
            for name in ("id", "source", "text", "kind", "writer", "licence", "failed", "last_text")
        }
        for name in ("id", "source"):
            if not texts[name]:
                raise UsageError(f"{where}: {name!r} is missing")
        audio = values.get("audio")
        if audio is not None and not isinstance(audio, str):
            raise UsageError(f"{where}: 'audio' is {audio!r}, expected text or null")
        pairs = () if texts["failed"] else _pairs(values.get("pairs"), where)
        return cls(**texts, audio=audio, pairs=pairs)


def read_interviewed(path: Path) -> Iterator[Interviewed]:
    """The clips of a JSONL file, line by line; raises UsageError naming the line that is none."""
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    where = f"{path}, line {number}"
                    yield Interviewed.from_dict(_parsed(line, where), where)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def _parsed(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{where}: no JSON: {error}") from error


def _text(values: dict[str, Any], name: str, where: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str) or not is_utf8(value):
        raise UsageError(f"{where}: {name!r} is {value!r}, expected text")
    return value


def _pairs(values: Any, where: str) -> tuple[tuple[str, str], ...]:
    if not isinstance(values, list) or not values:
        raise UsageError(f'{where}: "pairs" must be a list of questions and answers')
    pairs = []
    for number, pair in enumerate(values, start=1):
        if not isinstance(pair, dict):
            raise UsageError(f'{where}, pair {number}: expected {{"question", "answer"}}')
        question, answer = (_text(pair, name, where) for name in ("question", "answer"))
        if not question or not answer:
            raise UsageError(f"{where}, pair {number}: question or answer is missing")
        pairs.append((question, answer))
    return tuple(pairs)
