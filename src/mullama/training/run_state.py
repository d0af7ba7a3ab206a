"""Everything that a run needs to go on <-> the values and tensors of a checkpoint.

Every random choice is drawn from the seed, the phase and the step, so no generator is stored. Does
not know files.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from mullama.training.progress import Progress


@dataclass(frozen=True)
class RunState:
    """A run between two steps."""

    recipe: dict[str, Any]
    """The fingerprint of its recipe and data."""
    progress: Progress
    """Where it stands."""
    weights: dict[str, Tensor]
    """What any phase trains, by name."""
    optimiser: dict[str, Any]
    """The state of the phase's optimiser; empty between phases."""
    scaler: dict[str, Any]
    """The state of float16's gradient scaler."""

    def as_dict(self) -> dict[str, Any]:
        """Plain values and tensors."""
        return {**vars(self), "progress": asdict(self.progress)}

    @classmethod
    def from_dict(cls, stored: Any) -> "RunState":
        """The inverse of `as_dict`; raises ValueError for what is no run's state."""
        if not isinstance(stored, Mapping) or stored.keys() != cls.__annotations__.keys():
            raise ValueError("it holds something else than a run's state")
        if not all(isinstance(part, dict) for part in stored.values()):
            raise ValueError("a part of it is no mapping")
        return cls(**{**stored, "progress": Progress.from_dict(stored["progress"])})
