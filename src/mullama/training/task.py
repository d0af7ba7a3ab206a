"""What a trainer asks of a task: a model that can be trained, and an objective for each phase.

Does not know data; see qa/task.py and small/task.py.
"""

from pathlib import Path
from typing import Protocol

from mullama.training.objective import Objective
from mullama.training.recipe import Phase
from mullama.training.trainable import LossModule


class Task(Protocol):
    """One run's model and training data, both in memory."""

    @property
    def loss_module(self) -> LossModule:
        """The model as the loop trains it."""
        ...

    def objective(self, phase: Phase) -> Objective:
        """What a phase learns."""
        ...

    def identity(self) -> str:
        """A name for the training data; another name is other data."""
        ...

    def export(self, folder: Path) -> None:
        """Write the model as it is; all processes take part. Raises OSError and the like."""
        ...
