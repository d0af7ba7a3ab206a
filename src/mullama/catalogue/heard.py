"""What was heard in one sound, by its content: answers with their probability. A line of `heard.jsonl`.

Does not know where the sound lies, nor how the answers are worded for others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from mullama.jobs.digest import DIGEST_CHARACTERS
from mullama.jobs.records import RecordFormat

DIGITS = 4
"""Of a probability. Company in a batch changes rounding behind the fifth."""


class Said(NamedTuple):
    """An answer."""

    text: str
    probability: float


@dataclass(frozen=True)
class Heard:
    """One sound, or why it could not be heard."""

    digest: str
    seconds: float | None = None
    seconds_heard: float = 0.0
    answers: Mapping[str, Said] = field(default_factory=dict)
    """Name of the question -> what was said."""
    failed: str = ""

    def to_json(self) -> dict[str, Any]:
        """What a line holds."""
        if self.failed:
            return {"digest": self.digest, "failed": self.failed}
        answers = {name: list(said) for name, said in self.answers.items()}
        return {
            "digest": self.digest,
            "seconds": self.seconds,
            "seconds_heard": self.seconds_heard,
            "answers": answers,
        }

    @classmethod
    def from_json(cls, values: dict[str, Any], where: str) -> Self:
        """The inverse; raises ValueError, TypeError or KeyError for anything else.

        Checked by hand, as a catalogue's rows are read more than once.
        """
        digest = _text(values["digest"])
        if len(digest) != DIGEST_CHARACTERS:
            raise ValueError("the digest is not SHA-256 in hexadecimal")
        if "failed" in values:
            return cls(digest, failed=_text(values["failed"]))
        seconds = values["seconds"]
        answers = {
            _text(name): Said(_text(text), _number(probability))
            for name, (text, probability) in values["answers"].items()
        }
        seconds = None if seconds is None else _number(seconds)
        return cls(digest, seconds, _number(values["seconds_heard"]), answers)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is none")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError("a number is none")
    return float(value)


HEARD_LINES = RecordFormat[Heard](
    encode=Heard.to_json,
    decode=Heard.from_json,
    key=lambda heard: heard.digest,
    failure=lambda heard: heard.failed,
)
"""A line of the catalogue's log."""
