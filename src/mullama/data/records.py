"""Question-answer files become pairs, and pairs become lines: what every other part exchanges.

Read: our JSONL (one pair a line), the published MusicQA JSON, Alpaca's JSON. Written: our JSONL.
Does not know where audio lies; a pair carries the name of its file as it was written.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mullama.data.utf8 import is_utf8
from mullama.errors import UsageError
from mullama.musicqa.whole import atomic_file


@dataclass(frozen=True)
class Pair:
    """One question and answer about one clip."""

    question: str
    """As a person would put it."""
    answer: str
    """What the model is to say."""
    audio: str | None = None
    """The clip's file, relative to its data set; None for text alone, which is asked about silence."""
    source: str = ""
    """The collection that the clip came from."""
    source_id: str = ""
    """The clip's name there."""
    writer: str = ""
    """Who wrote the pair: a template or a model, by name."""
    licence: str = ""
    """Of the text, as its publisher states it."""
    sha256: str = ""
    """Of the clip's file, in hexadecimal: finds one clip under two names."""

    def as_dict(self) -> dict[str, Any]:
        """What a line of JSONL holds: only what is known."""
        known = asdict(self)
        return {key: value for key, value in known.items() if value not in ("", None)}


@dataclass(frozen=True)
class ClipPairs:
    """All pairs of one clip that stand together in a file."""

    pairs: tuple[Pair, ...]
    sound: bytes | None = None
    """The clip's file, undecoded, where the pairs' own file holds it."""

    @property
    def audio(self) -> str | None:
        """The clip's name, as all its pairs have it."""
        return self.pairs[0].audio if self.pairs else None


FIELDS = tuple(field.name for field in fields(Pair))


def read_pairs(path: Path | str) -> list[Pair]:
    """All pairs of a .jsonl or .json file, in order.

    Raises UsageError naming the file and the line or item that cannot be read.
    """
    return list(each_pair(path))


def each_pair(path: Path | str) -> Iterator[Pair]:
    """The pairs of a file, one at a time; of JSONL only one line is in memory.

    Raises UsageError like `read_pairs`, when it comes to the place.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8") as file:
            yield from _lines(path, file) if path.suffix == ".jsonl" else _items(path, file.read())
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def write_pairs(path: Path, pairs: Iterable[Pair]) -> int:
    """Write our JSONL, whole or not at all; how many lines."""
    count = 0
    with atomic_file(path) as part, part.open("w", encoding="utf-8") as file:
        for count, pair in enumerate(pairs, start=1):  # noqa: B007 - the last count is the result
            file.write(json.dumps(pair.as_dict(), ensure_ascii=False) + "\n")
    return count


def _lines(path: Path, lines: Iterable[str]) -> Iterator[Pair]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield _own(_parsed(line, where), where)


def _items(path: Path, text: str) -> Iterator[Pair]:
    stored = _parsed(text, str(path))
    if not isinstance(stored, list):
        raise UsageError(f"{path}: expected a list of items, as MusicQA and Alpaca have them")
    for number, item in enumerate(stored):
        where = f"{path}, item {number}"
        if isinstance(item, dict) and "conversation" in item:
            yield _conversation(item, where)
        elif isinstance(item, dict) and "instruction" in item:
            yield _instruction(item, where)
        else:
            yield _own(item, where)


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{where}: no JSON: {error}") from error


def _own(item: Any, where: str) -> Pair:
    """{"audio", "question", "answer", ...}; keys that we do not know are left out."""
    if not isinstance(item, dict):
        raise UsageError(f'{where}: expected {{"audio", "question", "answer"}}')
    known = {key: value for key, value in item.items() if key in FIELDS and value is not None}
    for key in ("question", "answer"):
        if key not in known:
            raise UsageError(f"{where}: {key!r} is missing")
    for key, value in known.items():
        if not isinstance(value, str) or not is_utf8(value):
            raise UsageError(f"{where}: {key!r} is {value!r}, expected text")
    return Pair(**known)


def _conversation(item: dict[str, Any], where: str) -> Pair:
    """The published layout: a human's line and the model's."""
    try:
        question, answer = (turn["value"] for turn in item["conversation"])
    except (TypeError, KeyError, ValueError) as error:
        raise UsageError(f'{where}: "conversation" is not one question and one answer') from error
    return _own({"question": question, "answer": answer, "audio": item.get("audio_name")}, where)


def _instruction(item: dict[str, Any], where: str) -> Pair:
    """Alpaca's layout (Taori et al. 2023): an instruction, perhaps with an input, and an output."""
    question = item["instruction"]
    if item.get("input"):
        question = f"{question}\n{item['input']}"
    return _own({"question": question, "answer": item.get("output"), "source": "alpaca"}, where)
