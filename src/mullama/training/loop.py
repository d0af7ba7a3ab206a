"""Phases become steps: the one training loop, which loses nothing when it is stopped.

Runs the phases of a recipe one after the other, in one process or many, and resumes an interrupted
run at its last checkpoint. How a step is taken stands in phase_run.py, what a phase learns in its
objective. Does not know music or text.
"""

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mullama.errors import UsageError
from mullama.training.checkpoints import CheckpointManager, TrainingError
from mullama.training.logging import RunLogger
from mullama.training.objective import Objective
from mullama.training.parallel import World, full_tensor, shard_like
from mullama.training.phase_run import NonFiniteError, PhaseRun, begin_phase
from mullama.training.phases import is_trained
from mullama.training.progress import Progress, difference, fingerprint
from mullama.training.recipe import Phase, Recipe
from mullama.training.run_state import RunState
from mullama.training.trainable import LossModule, TrainableModel


class Stopped(Exception):  # noqa: N818 - no error: nothing is lost
    """The run was asked to stop; its checkpoint is written."""


class Loop:
    """Takes a model through the phases of a recipe."""

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
        """`data` names the training data, so that a run is not resumed with other data."""
        self.recipe, self.loss_module, self.folder = recipe, loss_module, folder
        self.objective_for, self.logger, self.data = objective_for, logger, data
        self.world = world if world is not None else World()
        self.checkpoints = CheckpointManager(folder, logger.say)
        self.progress = Progress()
        self._asked_to_stop = self._preparing = False
        self._resumed_optimiser: dict[str, Any] = {}
        self._scaler = torch.amp.GradScaler(
            self.world.device.type, enabled=recipe.precision == "float16"
        )
        self._saved_at = time.monotonic()

    @property
    def trainable(self) -> TrainableModel:
        """The model, with what only training needs."""
        return self.loss_module.trainable

    def resume(self) -> bool:
        """Load the newest good checkpoint, if there is one; whether there was.

        Raises UsageError for one of another recipe, other data or another version.
        """
        stored = self.checkpoints.load(clear=self.world.is_main)
        if stored is None:
            return False
        state = self._checked(stored)
        self._load_weights(state.weights)
        self._scaler.load_state_dict(state.scaler)
        self.progress, self._resumed_optimiser = state.progress, state.optimiser
        steps = self.world.gather(self.progress.total)
        if len(set(steps)) > 1:
            raise UsageError(
                f"processes found checkpoints of different steps ({steps}): {self.folder} must be a "
                "folder that all of them share"
            )
        return True

    def train(self, max_steps: int | None = None) -> bool:
        """Go on to the end, or for `max_steps` steps; whether the end was reached.

        Raises Stopped after `stop`, TrainingError for a NaN or infinite loss and for
        a full disk; after any of these the same call resumes.
        """
        end = math.inf if max_steps is None else self.progress.total + max_steps
        while self.progress.phase < len(self.recipe.phases):
            if self.progress.total >= end or not self._train_phase(end):
                return False
        return True

    def stop(self) -> None:
        """End the run after the step under way, with a checkpoint; a signal handler may call it.

        While a phase is being prepared, which can take as long as music takes to render, there is no
        step under way and nothing to store: then it raises Stopped itself.
        """
        self._asked_to_stop = True
        if self._preparing:
            raise Stopped

    def weights(self) -> dict[str, Tensor]:
        """What any phase of the recipe trains, whole, by name; in the main process only."""
        named = self.trainable.named_parameters()
        return {
            name: full_tensor(parameter, self.world.is_main)
            for name, parameter in named
            if is_trained(name, self.recipe.trains)
        }

    def _checked(self, stored: dict[str, Any]) -> RunState:
        where = self.checkpoints.folder
        try:
            state = RunState.from_dict(stored)
        except ValueError as error:
            raise UsageError(
                f"{where} was written by another version of mullama: {error}; finish the run with "
                "that version, or choose another --out"
            ) from error
        mine = fingerprint(self.recipe, self.data)
        if key := difference(state.recipe, mine, state.progress):
            raise UsageError(
                f"{self.folder} belongs to a run with another {key}; choose another --out folder, or "
                "remove it"
            )
        return state

    def _train_phase(self, end: float) -> bool:
        """Take the steps that the present phase lacks, up to `end` in all; whether it is at its end."""
        run = self._begin_phase(self.recipe.phases[self.progress.phase])
        steps = run.objective.steps
        self.logger.begin(self.progress.total, run.phase.name, steps, self.progress.step)
        try:
            while self.progress.step < steps and not self._out_of_patience():
                if self.progress.total >= end:
                    self._save(run)
                    return False
                self._take_step(run)
            self._end_phase(run)
        finally:
            self.logger.end()
        return True

    def _begin_phase(self, phase: Phase) -> PhaseRun:
        # What was read of a checkpoint is not held in memory any longer than this.
        stored, self._resumed_optimiser = self._resumed_optimiser, {}
        self._preparing = True
        try:
            objective = self.objective_for(phase)
        finally:
            self._preparing = False
        return begin_phase(
            self.recipe, phase, objective, self.loss_module, self.world, self._scaler, stored
        )

    def _take_step(self, run: PhaseRun) -> None:
        """One optimiser step, and everything that is due after it."""
        try:
            result = run.step(self.progress.step)
        except NonFiniteError as error:
            self._save(run)
            raise TrainingError(f"{error}; the weights before it are in {self.folder}") from error
        self.progress.step += 1
        self.progress.total += 1
        self.logger.step(result.loss, result.tokens)
        if self.progress.step % self.recipe.log_steps == 0:
            self._log(run)
        if self.progress.step % self.recipe.validate_steps == 0:
            self._validate(run)
        if self.world.any_rank(self._asked_to_stop):
            self._save(run)
            raise Stopped
        due = time.monotonic() - self._saved_at > self.recipe.checkpoint_seconds
        if self.world.any_rank(due and self.world.is_main):
            self._save(run)

    def _log(self, run: PhaseRun) -> None:
        step = self.progress.step
        rate = run.objective.learning_rate(step - 1)
        self.logger.pace(self.progress.total, run.phase.name, step, run.objective.steps, rate)

    def _validate(self, run: PhaseRun) -> None:
        """Evaluate on held-out data, and store the best weights."""
        loss = run.validation_loss()
        if loss is None:
            return
        progress = self.progress
        progress.validated = progress.step
        self.logger.line(progress.total, phase=run.phase.name, validation=loss)
        if loss < progress.best:
            progress.best, progress.bad_evaluations = loss, 0
            weights = self.weights()
            if self.world.is_main:
                self.checkpoints.save_best(progress.phase, {"weights": weights, "loss": loss})
        else:
            progress.bad_evaluations += 1
        self.logger.say(f"{run.phase.name}: validation loss {loss:.4f}, best {progress.best:.4f}")

    def _out_of_patience(self) -> bool:
        return 0 < self.recipe.patience <= self.progress.bad_evaluations

    def _end_phase(self, run: PhaseRun) -> None:
        """Load the best weights, where any were evaluated, and go to the next phase."""
        if self.progress.validated != self.progress.step:
            self._validate(run)
        if math.isfinite(self.progress.best):
            self.world.barrier()
            best = self.checkpoints.load_best(self.progress.phase)
            if best is not None:
                self._load_weights(best["weights"])
                self.logger.say(f"the best weights had a validation loss of {best['loss']:.4f}")
        run.optimiser.zero_grad(set_to_none=True)
        self.progress = Progress(self.progress.phase + 1, total=self.progress.total)
        self._save()

    def _save(self, run: PhaseRun | None = None) -> None:
        """Write a checkpoint; all processes take part, the main one writes. `run`: the phase under way."""
        state = RunState(
            fingerprint(self.recipe, self.data),
            self.progress,
            self.weights(),
            run.optimiser_state() if run is not None else {},
            self._scaler.state_dict(),
        )
        if self.world.is_main:
            self.checkpoints.save(self.progress.total, self.progress.phase, state.as_dict())
        self.world.barrier()
        self._saved_at = time.monotonic()

    @torch.no_grad()
    def _load_weights(self, stored: dict[str, Tensor]) -> None:
        named = dict(self.trainable.named_parameters())
        for name, tensor in stored.items():
            named[name].copy_(shard_like(tensor, named[name]))
