"""What the loop trains, and what it asks of those who know what is to be learnt.

A Pupil is the model with whatever only training needs; an Objective turns a step's number into
micro-batches and those into losses. Knows no data.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Any, Protocol

from torch import Tensor, nn

from mullama.errors import UsageError
from mullama.training.phases import PHASES
from mullama.training.recipe import Phase
from mullama.training.schedule import learning_rate


class TrainableModel(nn.Module):
    """The model; a subclass adds the aids that it learns with."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model


class Objective(Protocol):
    """What a phase asks of the loop's steps. The same step always gives the same batch."""

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

    def loss(self, micro: Any) -> Tensor:
        """A share of the step's loss: over all micro-batches of all processes they add up to it."""
        ...

    def tokens(self, micro: Any) -> int:
        """How many tokens go through the model, padding not counted."""
        ...

    def parts(self, micro: Any) -> Sequence[Any]:
        """The same, an item at a time: to find the one whose loss is no number."""
        ...

    def name(self, micro: Any) -> str:
        """What it holds, for the person who has to mend it."""
        ...

    def validation(self) -> Sequence[Any]:
        """Micro-batches of what is kept apart, as many in every process; their losses add up."""
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
        # The first step must move something: it takes the first part of the rise, not zero.
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


class LossModule(nn.Module):
    """The pupil with its present objective, as one module whose forward pass is a loss."""

    def __init__(self, trainable: TrainableModel) -> None:
        super().__init__()
        self.trainable = trainable
        self.objective: Objective | None = None

    def forward(self, micro: Any) -> Tensor:
        """See Objective.loss."""
        assert self.objective is not None
        return self.objective.loss(micro)


def trained_by(name: str, trains: Iterable[str]) -> bool:
    """Whether a parameter of a pupil is among what a phase trains; the model's go by their own names."""
    own = name.removeprefix("model.")
    return any(fnmatchcase(own, pattern) for pattern in patterns(trains))


def patterns(trains: Iterable[str]) -> list[str]:
    """Names of published phases, spelt out."""
    return [pattern for word in trains for pattern in PHASES.get(word, (word,))]


def require(trainable: nn.Module, trains: Iterable[str]) -> None:
    """Refuse a word that matches no parameter: a misspelt one would train nothing."""
    names = [name for name, _ in trainable.named_parameters()]
    for word in trains:
        if not any(trained_by(name, [word]) for name in names):
            raise UsageError(f"a phase trains {word!r}, but no parameter has such a name")


def set_trainable(trainable: nn.Module, trains: Sequence[str]) -> list[tuple[str, nn.Parameter]]:
    """Let exactly the parameters that match learn."""
    require(trainable, trains)
    named = list(trainable.named_parameters())
    for name, parameter in named:
        parameter.requires_grad_(trained_by(name, trains))
    return [(name, parameter) for name, parameter in named if parameter.requires_grad]
