"""What happens in a run becomes lines of log.jsonl, and those a curve. Does not know what is trained.

A line that a kill or a full disk tore is passed over.
"""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mullama.jobs.atomic import write_bytes
from mullama.jobs.records import RecordFormat
from mullama.jobs.shared_log import SharedLog
from mullama.training.checkpoints import TrainingError

LOG = "log.jsonl"
Line = Mapping[str, Any]
"""A run's `total_step` counts over all phases; the other keys are what happened there."""


def _decode(values: dict[str, Any], where: str) -> Line:
    if not isinstance(values["total_step"], int):
        raise ValueError("its total_step is no whole number")
    return values


FORMAT = RecordFormat[Line](
    encode=dict,
    decode=_decode,
    key=lambda line: (line["total_step"], str(line.get("phase"))),
    error_type=TrainingError,
)


class RunLog:
    """The lines of one run; they are added, and those that a checkpoint does not know dropped."""

    def __init__(self, run_folder: Path) -> None:
        self.path = run_folder / LOG
        self._log = SharedLog(self.path, FORMAT)

    def lines(self) -> list[Line]:
        """All lines in order; none without a file."""
        return list(self._log.records())

    def add(self, total_step: int, values: Mapping[str, Any]) -> None:
        """Add a line; NaN and infinity, which JSON lacks, become null. Raises TrainingError."""
        finite = {k: None if _is_not_finite(value) else value for k, value in values.items()}
        self._log.add({"total_step": total_step, **finite})

    def drop_after(self, total_step: int) -> None:
        """Drop the lines of later steps, which will be taken again. Raises TrainingError."""
        if not self.path.exists():
            return
        content = b"".join(
            FORMAT.to_line(line) for line in self.lines() if line["total_step"] <= total_step
        )
        if content != self.path.read_bytes():
            write_bytes(self.path, content, error_type=TrainingError)


def read_log(run_folder: Path) -> list[Line]:
    """The lines of a run's log."""
    return RunLog(run_folder).lines()


def _is_not_finite(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
