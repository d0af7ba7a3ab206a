"""What a model says of one sound file: captions, facts with their probability, and how they came about.

A line of `captions.jsonl` and the answer of `/v1/captions` are this record. It holds nothing that
changes from run to run: no time, no absolute path. Does not know how it is asked for (describe.py).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Self

from mullama.errors import UsageError
from mullama.jobs.jsonl import from_line, lines_of
from mullama.options.values import fit

TOPICS = ("tempo", "key", "metre", "instruments", "style", "mood", "drums", "vocals")
"""The fields that every record has; `--ask` adds others behind them."""
SEPARATOR = ", "
"""Between the instruments of a field's value."""
INSTRUMENTAL = "instrumental"
"""The value of "vocals" where no one sings; else it is who does."""


@dataclass(frozen=True)
class Field:
    """One fact about the music."""

    value: str | None
    """In a set wording: "120" (beats per minute), "D major", "3/4", "piano, drums", "yes"; None where
    the model cannot tell, or says nothing that could be read."""
    probability: float
    """That it is right, where `calibrated`; else of `text` as the answer to its question."""
    text: str
    """What the model said."""
    calibrated: bool = False
    """Whether the probability is one among all values, held against music whose facts are known."""

    def sure(self, min_confidence: float) -> bool:
        """Whether it may be repeated."""
        return self.value is not None and self.probability >= min_confidence


@dataclass(frozen=True)
class CaptionRecord:
    """Everything that is said about one sound."""

    path: str
    """As it was listed: relative, with `/`, inside an archive the member's name."""
    digest: str
    """SHA-256 of the sound file's bytes, in hexadecimal."""
    seconds: float | None
    """Length of the whole; None where the container does not tell and not all of it was read."""
    seconds_heard: float
    text: str
    """What a model is trained with: a caption with the trigger, or what the template makes."""
    caption: str
    """One sentence."""
    long_caption: str
    variants: tuple[str, ...] = ()
    """Other wordings that may stand in the place of `text`, none of them twice."""
    fields: Mapping[str, Field] = field(default_factory=dict)
    """Name -> fact; all of `TOPICS`, then what was asked besides. None is left out for being unsure."""
    trigger: str = ""
    """The word that all texts begin with; empty for none."""
    model: str = ""
    """Its name and the digest of its weights."""
    prompt: str = ""
    """The name of the template that questions are put in, or the template itself."""
    version: str = ""
    """Of mullama."""
    min_confidence: float = 0.0
    """Facts below this are in no text."""

    def sure(self, name: str) -> str | None:
        """The value of a field that the model is sure enough of; None otherwise."""
        found = self.fields.get(name)
        return found.value if found is not None and found.sure(self.min_confidence) else None

    @property
    def bpm(self) -> float | None:
        """Beats per minute."""
        value = self.sure("tempo")
        return float(value) if value is not None and _NUMBER.fullmatch(value) else None

    @property
    def keyscale(self) -> str | None:
        """Such as "D major" or "F# minor"."""
        return self.sure("key")

    @property
    def metre(self) -> str | None:
        """Such as "3/4"."""
        return self.sure("metre")

    @property
    def instruments(self) -> tuple[str, ...]:
        """One by one."""
        value = self.sure("instruments")
        return tuple(value.split(SEPARATOR)) if value else ()

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        facts = {name: dict(vars(fact)) for name, fact in self.fields.items()}
        return {**vars(self), "variants": list(self.variants), "fields": facts}

    @classmethod
    def from_json(cls, values: Any, where: str) -> Self:
        """The inverse; raises UsageError, beginning with `where`, for anything else."""
        if not isinstance(values, dict) or values.keys() != HINTS.keys():
            raise UsageError(f"{where}: not a caption record of this version")
        checked = {
            name: fit(HINTS[name], value, f"{where}: {name}") for name, value in values.items()
        }
        checked["fields"] = {
            name: _field(value, f"{where}: fields: {name}")
            for name, value in checked["fields"].items()
        }
        return cls(**checked)


def read_records(path: Path) -> Iterator[CaptionRecord]:
    """The records of a `captions.jsonl`, one in memory at a time.

    Raises UsageError naming the line that is none, and for a file that cannot be read.
    """
    try:
        with path.open("rb") as file:
            for line in lines_of(file):
                where = f"{path}, line {line.number}"
                try:
                    values = from_line(line.content)
                except ValueError as error:
                    raise UsageError(f"{where}: not a caption record: {error}") from error
                yield CaptionRecord.from_json(values, where)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _field(values: Any, where: str) -> Field:
    if not isinstance(values, Mapping) or values.keys() != FIELD_HINTS.keys():
        raise UsageError(f"{where}: not a fact of a caption record")
    return Field(**{n: fit(FIELD_HINTS[n], v, f"{where}: {n}") for n, v in values.items()})


_NUMBER = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4})?")
FIELD_HINTS: dict[str, Any] = {
    "value": str | None,
    "probability": float,
    "text": str,
    "calibrated": bool,
}
HINTS: dict[str, Any] = {
    one.name: {
        "seconds": float | None,
        "seconds_heard": float,
        "variants": tuple[str, ...],
        "fields": dict[str, Any],
        "min_confidence": float,
    }.get(one.name, str)
    for one in fields(CaptionRecord)
}
