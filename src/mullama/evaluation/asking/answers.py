"""What was answered: one line for each item and condition, in a file for each system."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Self

from mullama.errors import UsageError
from mullama.jobs.jsonl import Line, from_line
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


def read_answers(path: Path, unreadable: list[str] | None = None) -> Iterator[AnswerRecord]:
    """The answers of a file; a torn last line is passed over.

    What is no answer, or the second of one key, goes into `unreadable`, one line each: what a damaged
    line held is lost, and the others are not. Raises UsageError for it where there is no such list,
    and for a file that cannot be read.
    """
    known: set[str] = set()
    for line in ANSWER_LINES.lines(path):
        where = f"{path}, line {line.number}"
        try:
            if line.blank or (not line.ended and _is_torn(line)):
                continue
            record = ANSWER_LINES.from_line(line.content, where)
            if record.key in known:
                raise UsageError(f"{where}: the answer to {record.item} is there twice")
        except UsageError as error:
            if unreadable is None:
                raise
            unreadable.append(str(error))
        else:
            known.add(record.key)
            yield record


def _is_torn(line: Line) -> bool:
    """Whether the last line is one that a kill left; the next run drops it."""
    try:
        from_line(line.content)
    except ValueError:
        return True
    return False
