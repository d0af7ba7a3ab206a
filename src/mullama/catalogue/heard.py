"""What was heard in one sound, by its content: answers with their probability. A line of `heard.jsonl`.

Does not know where the sound lies, nor how the answers are worded for others.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from mullama.errors import UsageError
from mullama.jobs.digest import DIGEST_CHARACTERS
from mullama.jobs.records import RecordFormat
from mullama.options.values import fit

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
    def from_json(cls, values: Any, where: str) -> Self:
        """The inverse; raises UsageError, beginning with `where`, for anything else."""
        if not isinstance(values, dict) or not values.keys() <= HINTS.keys():
            raise UsageError(f"{where}: not what was heard in a sound")
        read = {name: fit(HINTS[name], v, f"{where}: {name}") for name, v in values.items()}
        if len(read.get("digest", "")) != DIGEST_CHARACTERS:
            raise UsageError(f"{where}: digest: expected SHA-256 in hexadecimal")
        read["answers"] = {
            name: _said(value, f"{where}: {name}")
            for name, value in read.get("answers", {}).items()
        }
        return cls(**read)


def _said(value: Any, where: str) -> Said:
    if not isinstance(value, list) or len(value) != 2:
        raise UsageError(f"{where}: expected a text and its probability")
    return Said(fit(str, value[0], where), fit(float, value[1], where))


HINTS: dict[str, Any] = {
    "digest": str,
    "seconds": float | None,
    "seconds_heard": float,
    "answers": dict[str, Any],
    "failed": str,
}
HEARD_LINES = RecordFormat[Heard](
    encode=Heard.to_json,
    decode=Heard.from_json,
    key=lambda heard: heard.digest,
    failure=lambda heard: heard.failed,
)
"""A line of the catalogue's log."""
