"""What was answered: one line for each item and condition, in a file for each system."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from mullama.errors import UsageError
from mullama.jobs.records import RecordFormat
from mullama.options.values import fit


@dataclass(frozen=True)
class AnswerRecord:
    """One answer, or why there is none."""

    key: str
    """Of the task, for one system; see `Task.key`."""
    item: str
    condition: str
    """Empty for the item's own audio, else the control's name."""
    question: str
    """As it was put."""
    answer: str = ""
    logprobs: tuple[float, ...] = ()
    """Of the item's options; empty where the system cannot tell."""
    seconds_heard: float | None = None
    pieces: int = 1
    """Stretches of the sound that were asked about, each by itself."""
    failed: str = ""

    def as_dict(self) -> dict[str, Any]:
        """What a line holds: what there is."""
        values = asdict(self)
        kept = {"key", "item", "condition", "question", "answer"}
        return {key: v for key, v in values.items() if key in kept or v not in ("", (), None)}

    @classmethod
    def from_dict(cls, values: Any, where: str) -> Self:
        """The inverse; raises UsageError, beginning with `where`, for anything else."""
        if not isinstance(values, dict) or not values.keys() <= HINTS.keys():
            raise UsageError(f"{where}: not an answer of an evaluation")
        return cls(**{name: fit(HINTS[name], v, f"{where}: {name}") for name, v in values.items()})


HINTS: dict[str, Any] = {
    field.name: {"logprobs": tuple[float, ...], "seconds_heard": float | None, "pieces": int}.get(
        field.name, str
    )
    for field in fields(AnswerRecord)
}

ANSWER_LINES = RecordFormat[AnswerRecord](
    encode=AnswerRecord.as_dict,
    decode=AnswerRecord.from_dict,
    key=lambda record: record.key,
    failure=lambda record: record.failed,
)
"""A line of a system's answers."""


def read_answers(path: Path) -> Iterator[AnswerRecord]:
    """The answers of a file; raises UsageError where it cannot be read."""
    return ANSWER_LINES.read(path)
