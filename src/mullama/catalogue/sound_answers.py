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
    """Of saying just this."""
    chosen: float | None = None
    """Of what it says, among all that might be said of it; None where no model's calibration tells."""
    coverage: float | None = None
    """In that case: how much of all that the model might say these are."""

    def stored(self) -> list[str | float]:
        """Without what is not told."""
        return [one for one in self if one is not None]


@dataclass(frozen=True)
class SoundAnswers:
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
        answers = {name: said.stored() for name, said in self.answers.items()}
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
            _text(name): Said(_text(text), *map(_number, numbers))
            for name, (text, *numbers) in values["answers"].items()
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


ANSWER_LINES = RecordFormat[SoundAnswers](
    encode=SoundAnswers.to_json,
    decode=SoundAnswers.from_json,
    key=lambda heard: heard.digest,
    failure=lambda heard: heard.failed,
)
"""A line of the catalogue's log."""
