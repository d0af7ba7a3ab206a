"""What the loop asks of an objective: a step's number becomes micro-batches, and those losses.

Does not know data; see qa/objective.py and small/objectives.py.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from jaxtyping import Float
from torch import Tensor

from mullama.training.recipe import Phase
from mullama.training.schedule import learning_rate


class Objective(Protocol):
    """The steps and losses of one phase. The same step always gives the same batch."""

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole phase."""
        ...

    def learning_rate(self, step: int) -> float:
        """The rate of a step."""
        ...

    def micro_batches(self, step: int) -> Sequence[Any]:
        """What this process's forward passes of a step take: as many in every process."""
        ...

    def loss(self, micro: Any) -> Float[Tensor, ""]:
        """A share of the step's loss: over all micro-batches of all processes they add up to it."""
        ...

    def tokens(self, micro: Any) -> int:
        """How many tokens go through the model, padding not counted."""
        ...

    def parts(self, micro: Any) -> Sequence[Any]:
        """The same, an item at a time: to find the one with a NaN or infinite loss."""
        ...

    def name(self, micro: Any) -> str:
        """What it holds, for the person who has to repair the data."""
        ...

    def validation(self) -> Sequence[Any]:
        """Micro-batches of held-out data, as many in every process; their losses add up."""
        ...


class StepObjective:
    """An objective that draws one batch a step, for one process: the small model's own."""

    phase: Phase

    @property
    def steps(self) -> int:
        """See Objective."""
        return self.phase.steps

    def learning_rate(self, step: int) -> float:
        """See Objective."""
        phase = self.phase
        # The first step must move something: it takes the first part of the warm-up, not zero.
        at = step + 1 if step + 1 <= phase.warmup_steps else step
        return learning_rate(phase.learning_rate, phase.warmup_steps, phase.steps, at)

    def micro_batches(self, step: int) -> Sequence[int]:
        """See Objective."""
        return [step]

    def tokens(self, micro: int) -> int:
        """See Objective."""
        return 0

    def parts(self, micro: int) -> Sequence[int]:
        """See Objective."""
        return [micro]

    def name(self, micro: int) -> str:
        """See Objective."""
        return f"the batch of step {micro}"

    def validation(self) -> Sequence[int]:
        """See Objective."""
        return []
