"""The two records that files of question-answer pairs hold: a pair, and a clip with its pairs.

Does not know files, nor where audio lies: a record carries the name of its clip as it was written.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Any, Self

from mullama.errors import UsageError
from mullama.options.values import shown


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
        """What a line of JSONL holds: question, answer, and what else is known."""
        known = ((name, getattr(self, name)) for name in PAIR_FIELDS)
        return {key: value for key, value in known if value or key in ("question", "answer")}

    @classmethod
    def from_dict(cls, values: Any, where: str) -> Self:
        """The inverse of `as_dict`; keys of others are left out.

        Raises UsageError, beginning with `where`, for anything else.
        """
        if not isinstance(values, dict):
            raise UsageError(f'{where}: expected {{"audio", "question", "answer"}}')
        known = {key: v for key, v in values.items() if key in PAIR_FIELDS and v is not None}
        for name in ("question", "answer"):
            if name not in known:
                raise UsageError(f"{where}: {name!r} is missing")
        return cls(**{name: _text(known, name, where) for name in known})


PAIR_FIELDS = tuple(field.name for field in fields(Pair))


@dataclass(frozen=True)
class Clip:
    """One clip with the pairs about it, or why it has none."""

    id: str = ""
    """Its name in the collection that it came from; unique within its source."""
    source: str = ""
    """That collection's name."""
    text: str = ""
    """What the collection says about it, in words."""
    kind: str = ""
    """What kind of text that is, such as "caption" or "tags"."""
    writer: str = ""
    """Who wrote the pairs: a template or a model, by name."""
    audio: str | None = None
    """The clip's file as its data set names it; None for text alone, or where it is absent."""
    licence: str = ""
    """Of the text, as its publisher states it."""
    pairs: tuple[tuple[str, str], ...] = ()
    """(question, answer), the fixed questions first where they are asked; empty where it failed."""
    failed: str = ""
    """Why no pairs came, in one line; empty where they did."""
    last_text: str = ""
    """What the writer said last, where it failed."""
    sha256: str = ""
    """Of the clip's file, in hexadecimal."""
    sound: bytes | None = None
    """The clip's file, undecoded, where the file of pairs itself holds it."""

    @property
    def key(self) -> tuple[str, str]:
        """What no two lines of a file share."""
        return self.source, self.id

    def to_pairs(self) -> tuple[Pair, ...]:
        """Its pairs, each with everything that is known of the clip."""
        about = (self.audio, self.source, self.id, self.writer, self.licence, self.sha256)
        return tuple(Pair(question, answer, *about) for question, answer in self.pairs)

    def as_dict(self) -> dict[str, Any]:
        """What a line of `musicqa write` holds: the pairs, or why there are none; never the sound."""
        names = ("id", "source", "text", "kind", "writer", "audio", "licence")
        values = {name: getattr(self, name) for name in names}
        if self.sha256:
            values["sha256"] = self.sha256
        if self.failed:
            return {**values, "failed": self.failed, "last_text": self.last_text}
        return {**values, "pairs": [{"question": q, "answer": a} for q, a in self.pairs]}

    @classmethod
    def from_dict(cls, values: Any, where: str, *, anonymous: bool = False) -> Self:
        """The inverse of `as_dict`; raises UsageError, beginning with `where`, for anything else.

        An `anonymous` clip need not have an id and a source.
        """
        if not isinstance(values, dict):
            raise UsageError(f"{where}: expected one clip with its pairs as a JSON object")
        names = {field.name for field in fields(cls)} - {"audio", "pairs", "sound"}
        texts: dict[str, Any] = {name: _text(values, name, where) for name in names}
        for name in ("id", "source"):
            if not (texts[name] or anonymous):
                raise UsageError(f"{where}: {name!r} is missing")
        audio = None if values.get("audio") is None else _text(values, "audio", where)
        pairs = () if texts["failed"] else _pairs(values.get("pairs"), where)
        return cls(**texts, audio=audio, pairs=pairs)


def to_clips(pairs: Iterable[Pair]) -> Iterator[Clip]:
    """Pairs that follow each other and are about one clip, together; text alone is a clip a pair."""
    for clip, about_it in groupby(pairs, key=_without_pairs):
        if clip.audio is None:
            yield from (replace(clip, pairs=((p.question, p.answer),)) for p in about_it)
        else:
            yield replace(clip, pairs=tuple((p.question, p.answer) for p in about_it))


def is_utf8(text: str) -> bool:
    """Whether a file can hold it: halves of surrogate pairs, which JSON can smuggle in, it cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _without_pairs(pair: Pair) -> Clip:
    return Clip(
        id=pair.source_id,
        source=pair.source,
        writer=pair.writer,
        audio=pair.audio,
        licence=pair.licence,
        sha256=pair.sha256,
    )


def _text(values: dict[str, Any], name: str, where: str) -> str:
    value = values.get(name, "")
    if not isinstance(value, str):
        raise UsageError(f"{where}: {name!r} is {shown(value)}, expected text")
    if not is_utf8(value):
        raise UsageError(f"{where}: {name!r} is not UTF-8: {shown(value)}")
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
