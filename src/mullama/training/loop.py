"""Phases become steps: the one training loop, which loses nothing when it is stopped.

Runs the phases of a recipe one after the other, in one process or many, and takes up an interrupted
run where its last checkpoint left it. Every random choice is drawn from the seed, the phase and the
step, so nothing but weights and optimiser need be kept. What a phase learns is its objective's
business (learning.py); this file does not know music or text.
"""

import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributed.tensor import DTensor

from mullama.errors import UsageError
from mullama.training.checkpoints import CheckpointManager, TrainingError
from mullama.training.logging import RunLogger
from mullama.training.parallel import (
    World,
    full_tensor,
    replicate,
    reshard,
    shard_like,
    sync_on_last,
)
from mullama.training.precision import autocast
from mullama.training.progress import Progress, belongs, fingerprint, load_optimiser, step_seed
from mullama.training.recipe import Phase, Recipe
from mullama.training.schedule import weight_decay_groups
from mullama.training.trainable import (
    LossModule,
    Objective,
    TrainableModel,
    set_trainable,
    trained_by,
)

BETAS = (0.9, 0.95)


class Stopped(Exception):  # noqa: N818 - no error: what was done is kept
    """Somebody asked the run to stop; its checkpoint is written."""


class Loop:
    """Carries a pupil through the phases of a recipe."""

    def __init__(
        self,
        recipe: Recipe,
        loss_module: LossModule,
        folder: Path,
        objective_for: Callable[[Phase], Objective],
        logger: RunLogger,
        world: World | None = None,
        *,
        data: str = "",
    ) -> None:
        """`data` names what is learnt from, so that a run is not taken up with something else."""
        self.data = data
        self.recipe, self.loss_module, self.folder = recipe, loss_module, folder
        self.objective_for, self.logger = objective_for, logger
        self.world = world if world is not None else World()
        self.checkpoints = CheckpointManager(folder, logger.say)
        self.progress = Progress()
        self.asked_to_stop = False
        self._optimiser: torch.optim.Optimizer | None = None
        self._scaler = torch.amp.GradScaler(
            self.world.device.type, enabled=recipe.precision == "float16"
        )
        self._saved_at = time.monotonic()

    @property
    def trainable(self) -> TrainableModel:
        """The model and its aids."""
        return self.loss_module.trainable

    def resume(self) -> bool:
        """Load the newest good checkpoint, if there is one; whether there was."""
        stored = self.checkpoints.load(clear=self.world.is_main)
        if stored is None:
            return False
        if differs := belongs(
            stored["recipe"], fingerprint(self.recipe, self.data), stored["progress"]
        ):
            raise UsageError(
                f"{self.folder} belongs to a run with another {differs}; take another --out folder, or "
                "remove it"
            )
        self._load_weights(stored["weights"])
        self._scaler.load_state_dict(stored["scaler"])
        self.progress = Progress(**stored["progress"], optimiser=stored["optimiser"])
        steps = self.world.gather(self.progress.total)
        if len(set(steps)) > 1:
            raise UsageError(
                f"processes found checkpoints of different steps ({steps}): {self.folder} must be a "
                "folder that all of them share"
            )
        return True

    def train(self, max_steps: int | None = None) -> bool:
        """Go on to the end, or for `max_steps` steps; whether the end was reached.

        Raises Stopped when `asked_to_stop` was set, TrainingError for a loss that is no number or a
        disk that is full; whichever it is, the same call takes the run up again.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        left = math.inf if max_steps is None else max_steps
        while self.progress.phase < len(self.recipe.phases):
            left = self._train_phase(self.recipe.phases[self.progress.phase], left)
            if self._optimiser is not None:
                return False
        return True

    def save(self) -> None:
        """Write a checkpoint whole or not at all; all processes take part, the first one writes."""
        progress = {k: v for k, v in vars(self.progress).items() if k != "optimiser"}
        state = {
            "recipe": fingerprint(self.recipe, self.data),
            "weights": self.weights(),
            "progress": progress,
            "optimiser": self._moments(),
            "scaler": self._scaler.state_dict(),
        }
        if self.world.is_main:
            self.checkpoints.save(self.progress.total, self.progress.phase, state)
        self.world.barrier()
        self._saved_at = time.monotonic()

    def weights(self) -> dict[str, Tensor]:
        """What any phase of the recipe trains, whole, by name; in the first process only."""
        words, first = self.recipe.trains, self.world.is_main
        named = self.trainable.named_parameters()
        return {name: full_tensor(p, first) for name, p in named if trained_by(name, words)}

    def _moments(self) -> dict[str, Any]:
        """The optimiser's state, whole; empty between phases."""
        if self._optimiser is None:
            return {}
        moments: dict[str, Any] = full_tensor(self._optimiser.state_dict(), self.world.is_main)
        return moments

    def _train_phase(self, phase: Phase, left: float) -> float:
        """Take the steps that are left of a phase, `left` at most; how many may follow it.

        Keeps the optimiser where the phase is not at its end.
        """
        chosen = set_trainable(self.trainable, phase.trains)
        optimiser = torch.optim.AdamW(
            weight_decay_groups(chosen, phase.weight_decay), lr=0.0, betas=BETAS
        )
        objective = self.loss_module.objective = self.objective_for(phase)
        if self.progress.optimiser:
            load_optimiser(optimiser, self.progress.optimiser)
        self._optimiser = optimiser
        trained = replicate(self.loss_module, self.world)
        self.logger.begin(self.progress.total, phase.name, objective.steps, self.progress.step)
        self.trainable.train()
        try:
            while self.progress.step < objective.steps and not self._out_of_patience():
                if left <= 0:
                    self.save()
                    return 0
                left -= 1
                self._take_step(phase, trained, chosen)
            self._end_phase()
        finally:
            self.logger.end()
        return left

    def _take_step(
        self, phase: Phase, trained: nn.Module, chosen: list[tuple[str, nn.Parameter]]
    ) -> None:
        """One optimiser step, and whatever is due after it."""
        loss, tokens = self._step(phase, trained, [parameter for _, parameter in chosen])
        self.progress.step += 1
        self.progress.total += 1
        self.progress.optimiser = {}
        self.logger.step(loss, tokens)
        if self.progress.step % self.recipe.log_steps == 0:
            self._log(phase)
        if self.progress.step % self.recipe.validate_steps == 0:
            self._validate(phase)
        if self.world.any_rank(self.asked_to_stop):
            self.save()
            raise Stopped
        late = time.monotonic() - self._saved_at > self.recipe.checkpoint_seconds
        if self.world.any_rank(late and self.world.is_main):
            self.save()

    def _step(
        self, phase: Phase, trained: nn.Module, parameters: list[nn.Parameter]
    ) -> tuple[float, float]:
        """One optimiser step; its loss and its tokens, of all processes."""
        objective, step = self.loss_module.objective, self.progress.step
        assert objective is not None
        assert self._optimiser is not None
        seed = step_seed(self.recipe, phase, step) + self.world.rank
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        for group in self._optimiser.param_groups:
            group["lr"] = objective.learning_rate(step)
        self._optimiser.zero_grad(set_to_none=True)
        micros = objective.micro_batches(step)
        shares: list[float] = []
        for number, micro in enumerate(micros, start=1):
            with sync_on_last(trained, number == len(micros)):
                with self._computing():
                    loss = trained(micro)
                # Gradients are averaged over processes, but losses are parts of one sum.
                self._scaler.scale(loss * self.world.size).backward()
            shares.append(loss.item())
        total = self.world.all_reduce_sum(sum(shares))
        if not math.isfinite(total):
            self._abort(
                phase, [m for m, s in zip(micros, shares, strict=True) if not math.isfinite(s)]
            )
        self._scaler.unscale_(self._optimiser)
        norm = nn.utils.clip_grad_norm_(parameters, phase.clip_norm or math.inf)
        # In float16 a gradient may overflow now and then: its scale is lowered and the step left out.
        if not math.isfinite(_number(norm)) and self._scaler.get_scale() <= 1:
            self._abort(phase, micros)
        self._scaler.step(self._optimiser)
        self._scaler.update()
        return total, self.world.all_reduce_sum(sum(map(objective.tokens, micros)))

    def _computing(self) -> torch.autocast:
        return autocast(self.world.device, self.recipe.precision)

    def _abort(self, phase: Phase, micros: Sequence[Any]) -> None:
        """Say where a loss or gradient is no number; the weights are still those before this step."""
        self.save()
        guilty = [
            name for names in self.world.gather(self._non_finite_items(micros)) for name in names
        ]
        raise TrainingError(
            f"phase {phase.name}: the loss or its gradient is no number at step "
            f"{self.progress.step}, at {'; '.join(guilty) or 'a sum of sound items'}; the weights "
            f"before it are kept in {self.folder}"
        )

    @torch.no_grad()
    def _non_finite_items(self, micros: Sequence[Any]) -> list[str]:
        """Names of the items whose loss is no number; of all, where others would have to compute too."""
        objective = self.loss_module.objective
        assert objective is not None
        parts = [part for micro in micros for part in objective.parts(micro)]
        if self.world.size > 1:
            return [objective.name(part) for part in parts]
        with self._computing():
            return [objective.name(p) for p in parts if not torch.isfinite(self.loss_module(p))]

    def _log(self, phase: Phase) -> None:
        assert self.loss_module.objective is not None
        step, objective = self.progress.step, self.loss_module.objective
        rate = objective.learning_rate(step - 1)
        self.logger.pace(self.progress.total, phase.name, step, objective.steps, rate)

    def _validate(self, phase: Phase) -> None:
        """Measure on what is kept apart, and keep the best weights."""
        found = self._measured()
        if found is None:
            return
        progress = self.progress
        progress.validated = progress.step
        self.logger.line(progress.total, phase=phase.name, validation=found)
        if found < progress.best:
            progress.best, progress.bad_evaluations = found, 0
            weights = self.weights()
            if self.world.is_main:
                self.checkpoints.save_best(progress.phase, {"weights": weights, "loss": found})
        else:
            progress.bad_evaluations += 1
        self.logger.say(f"{phase.name}: validation loss {found:.4f}, best {progress.best:.4f}")

    @torch.no_grad()
    def _measured(self) -> float | None:
        """The loss on what is kept apart; None where nothing is."""
        assert self.loss_module.objective is not None
        micros = self.loss_module.objective.validation()
        if not micros:
            return None
        torch.manual_seed(self.recipe.seed)  # where an encoder learns, the same windows are heard
        self.trainable.eval()
        with self._computing():
            found = sum(self.loss_module(micro).item() for micro in micros)
        reshard(self.loss_module)
        self.trainable.train()
        return self.world.all_reduce_sum(found)

    def _out_of_patience(self) -> bool:
        return 0 < self.recipe.patience <= self.progress.bad_evaluations

    def _end_phase(self) -> None:
        """Take the best weights, where any were measured, and go to the next phase."""
        assert self._optimiser is not None
        if self.progress.validated != self.progress.step:
            self._validate(self.recipe.phases[self.progress.phase])
        if math.isfinite(self.progress.best):
            self.world.barrier()
            best = self.checkpoints.load_best(self.progress.phase)
            if best is not None:
                self._load_weights(best["weights"])
                self.logger.say(f"the best weights had a validation loss of {best['loss']:.4f}")
        self._optimiser.zero_grad(set_to_none=True)
        self._optimiser = None
        self.progress = Progress(self.progress.phase + 1, total=self.progress.total)
        self.save()

    @torch.no_grad()
    def _load_weights(self, stored: dict[str, Tensor]) -> None:
        """Give the pupil stored weights."""
        named = dict(self.trainable.named_parameters())
        for name, tensor in stored.items():
            named[name].copy_(shard_like(tensor, named[name]))


def _number(norm: Tensor) -> float:
    return float(norm.full_tensor() if isinstance(norm, DTensor) else norm)
