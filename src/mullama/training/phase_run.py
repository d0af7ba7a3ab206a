"""One phase under way: a step's number becomes an optimiser step, or a loss on held-out data.

What stays the same over the phase's steps stands in a PhaseRun. Does not know which steps are to be
taken, nor checkpoints; see loop.py.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from mullama.training.checkpoints import TrainingError
from mullama.training.objective import Objective
from mullama.training.optimiser import adamw, load_moments, set_rate
from mullama.training.parallel import World, full_tensor, replicate, reshard, sync_on_last
from mullama.training.phases import set_trainable
from mullama.training.precision import autocast
from mullama.training.progress import step_seed
from mullama.training.recipe import Phase, Recipe
from mullama.training.trainable import LossModule


class NonFiniteError(TrainingError):
    """A NaN or infinite loss or gradient; the weights are those before the step."""


class StepResult(NamedTuple):
    """What an optimiser step was, over all processes."""

    loss: float
    tokens: float


@dataclass(frozen=True)
class PhaseRun:
    """What every step of one phase shares."""

    recipe: Recipe
    phase: Phase
    objective: Objective
    world: World
    loss_module: LossModule
    """The model behind its loss."""
    replicated: nn.Module
    """The same, its gradients averaged over processes."""
    parameters: tuple[nn.Parameter, ...]
    """Those that the phase trains."""
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    """Against float16's underflow; it outlives the phase."""

    def step(self, number: int) -> StepResult:
        """Take one optimiser step. Raises NonFiniteError naming the items that cause it."""
        self._seed(number)
        set_rate(self.optimiser, self.objective.learning_rate(number))
        self.optimiser.zero_grad(set_to_none=True)
        micros = self.objective.micro_batches(number)
        shares = self._backward(micros)
        loss = self.world.all_reduce_sum(sum(shares))
        if not math.isfinite(loss):
            suspects = [m for m, s in zip(micros, shares, strict=True) if not math.isfinite(s)]
            raise self._non_finite(number, suspects)
        self.scaler.unscale_(self.optimiser)
        norm = nn.utils.clip_grad_norm_(self.parameters, self.phase.clip_norm or math.inf)
        # In float16 a gradient may overflow now and then: its scale is lowered and the step left out.
        if not math.isfinite(_number(norm)) and self.scaler.get_scale() <= 1:
            raise self._non_finite(number, micros)
        self.scaler.step(self.optimiser)
        self.scaler.update()
        tokens = sum(map(self.objective.tokens, micros))
        return StepResult(loss, self.world.all_reduce_sum(tokens))

    @torch.no_grad()
    def validation_loss(self) -> float | None:
        """The loss on held-out data; None without any."""
        micros = self.objective.validation()
        if not micros:
            return None
        torch.manual_seed(self.recipe.seed)  # where an encoder trains, it gets the same windows
        self.loss_module.eval()
        with self._autocast():
            loss = sum(self.loss_module(self.objective, micro).item() for micro in micros)
        reshard(self.loss_module)
        self.loss_module.train()
        return self.world.all_reduce_sum(loss)

    def optimiser_state(self) -> dict[str, Any]:
        """The optimiser's state, its tensors whole; without tensors in all processes but the main one."""
        state: dict[str, Any] = full_tensor(self.optimiser.state_dict(), self.world.is_main)
        return state

    def _seed(self, number: int) -> None:
        seed = step_seed(self.recipe, self.phase, number) + self.world.rank
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)

    def _backward(self, micros: Sequence[Any]) -> list[float]:
        """Accumulate the gradients of all micro-batches; the loss of each."""
        losses = []
        for number, micro in enumerate(micros, start=1):
            with sync_on_last(self.replicated, number == len(micros)):
                with self._autocast():
                    loss = self.replicated(self.objective, micro)
                # Gradients are averaged over processes, but losses are parts of one sum.
                self.scaler.scale(loss * self.world.size).backward()
            losses.append(loss.item())
        return losses

    def _autocast(self) -> torch.autocast:
        return autocast(self.world.device, self.recipe.precision)

    def _non_finite(self, number: int, micros: Sequence[Any]) -> NonFiniteError:
        found = [name for names in self.world.gather(self._suspects(micros)) for name in names]
        return NonFiniteError(
            f"phase {self.phase.name}: NaN or infinite loss or gradient at step {number}, at "
            f"{'; '.join(found) or 'a sum of finite items'}"
        )

    @torch.no_grad()
    def _suspects(self, micros: Sequence[Any]) -> list[str]:
        """Names of the items whose loss is not finite; of all, where others would have to compute too."""
        parts = [part for micro in micros for part in self.objective.parts(micro)]
        if self.world.size > 1:
            return [self.objective.name(part) for part in parts]
        with self._autocast():
            return [self.objective.name(p) for p in parts if not self._is_finite(p)]

    def _is_finite(self, micro: Any) -> bool:
        return bool(torch.isfinite(self.loss_module(self.objective, micro)))


def begin_phase(
    recipe: Recipe,
    phase: Phase,
    objective: Objective,
    loss_module: LossModule,
    world: World,
    scaler: torch.amp.GradScaler,
    stored_optimiser: dict[str, Any],
) -> PhaseRun:
    """Let a phase's parameters train, by an optimiser that goes on from its stored state, if there is one."""
    named = set_trainable(loss_module.trainable, phase.trains)
    parameters = tuple(named.values())
    optimiser = adamw(named, phase.weight_decay, phase.rates)
    if stored_optimiser:
        load_moments(optimiser, stored_optimiser)
    loss_module.train()
    return PhaseRun(
        recipe,
        phase,
        objective,
        world,
        loss_module,
        replicate(loss_module, world),
        parameters,
        optimiser,
        scaler,
    )


def _number(norm: Tensor) -> float:
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)
