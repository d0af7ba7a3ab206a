"""Phases become steps: the one training loop, which loses nothing when it is stopped.

Runs the phases of a recipe one after the other, writes `log.jsonl` and atomic checkpoints, and takes
up an interrupted run where its last checkpoint left it. Every random choice is drawn from the seed,
the phase and the step, so nothing but weights and optimiser need be kept. What a phase learns is in
objectives.py; this file does not know music or text.
"""

import json
import math
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from mullama.errors import MuLlamaError, UsageError
from mullama.training.recipe import Phase, Recipe

CHECKPOINT = "checkpoint.pt"
LOG = "log.jsonl"
BETAS = (0.9, 0.95)


class TrainingError(MuLlamaError):
    """A training that cannot go on; its last checkpoint is good."""


class Objective(Protocol):
    """What a phase asks of the trainer's step."""

    def loss(self, step: int) -> Tensor:
        """The mean loss of this step's batch; the same step gives the same batch."""
        ...


@dataclass
class Progress:
    """How far a run has come."""

    phase: int = 0
    """Index of the phase under way, or the number of phases when all are done."""
    step: int = 0
    """Steps done in that phase."""
    optimiser: dict[str, Any] = field(default_factory=dict)
    """State of the phase's optimiser as it was loaded, empty at its start."""


class Loop:
    """Carries `pupil` (the model and whatever only training needs) through the phases of a recipe."""

    def __init__(
        self,
        recipe: Recipe,
        pupil: nn.Module,
        folder: Path,
        objective_for: Callable[[Phase], Objective],
        report: Callable[[str], None] = print,
    ) -> None:
        self.recipe = recipe
        self.pupil = pupil
        self.folder = folder
        self.objective_for = objective_for
        self.report = report
        self.progress = Progress()
        self._optimiser: torch.optim.Optimizer | None = None
        self._saved_at = time.monotonic()

    def resume(self) -> bool:
        """Load the last checkpoint, if there is one; whether there was."""
        path = self.folder / CHECKPOINT
        if not path.exists():
            return False
        stored = torch.load(path, weights_only=True)
        if stored["recipe"] != fingerprint(self.recipe):
            raise UsageError(
                f"{path} belongs to another recipe; take another --out folder, or remove this one"
            )
        self.pupil.load_state_dict(stored["weights"])
        self.progress = Progress(stored["phase"], stored["step"], stored["optimiser"])
        return True

    def train(self, max_steps: int | None = None) -> bool:
        """Go on to the end, or for `max_steps` steps; whether the end was reached."""
        self.folder.mkdir(parents=True, exist_ok=True)
        left = math.inf if max_steps is None else max_steps
        while self.progress.phase < len(self.recipe.phases):
            phase = self.recipe.phases[self.progress.phase]
            left -= self._train_phase(phase, left)
            if self.progress.step < phase.steps:
                return False
            self.progress = Progress(self.progress.phase + 1)
            self.save()
        return True

    def save(self) -> None:
        """Write the checkpoint whole or not at all."""
        path = self.folder / CHECKPOINT
        part = path.with_suffix(".part")
        torch.save(
            {
                "recipe": fingerprint(self.recipe),
                "weights": self.pupil.state_dict(),
                "phase": self.progress.phase,
                "step": self.progress.step,
                "optimiser": {} if self._optimiser is None else self._optimiser.state_dict(),
            },
            part,
        )
        os.replace(part, path)  # noqa: PTH105 - atomic by contract, also over an existing file
        self._saved_at = time.monotonic()

    def _train_phase(self, phase: Phase, most: float) -> int:
        """Take the steps that are left of a phase, `most` at most; how many were taken."""
        chosen = choose(self.pupil, phase.trains)
        optimiser = torch.optim.AdamW(weight_decay_groups(chosen, phase), lr=0.0, betas=BETAS)
        if self.progress.optimiser:
            optimiser.load_state_dict(self.progress.optimiser)
        objective = self.objective_for(phase)
        self.pupil.train()
        self._optimiser = optimiser
        losses: list[float] = []
        done, since = 0, time.monotonic()
        while self.progress.step < phase.steps and done < most:
            losses.append(self._step(phase, objective, optimiser, chosen))
            done += 1
            self.progress.step += 1
            if self.progress.step % self.recipe.log_steps == 0:
                seconds = (time.monotonic() - since) / len(losses)
                self._log(phase, sum(losses) / len(losses), seconds)
                losses, since = [], time.monotonic()
            if time.monotonic() - self._saved_at > self.recipe.checkpoint_seconds:
                self.save()
        self.save()
        self._optimiser = None
        return done

    def _step(
        self,
        phase: Phase,
        objective: Objective,
        optimiser: torch.optim.Optimizer,
        chosen: list[tuple[str, nn.Parameter]],
    ) -> float:
        step = self.progress.step
        torch.manual_seed(step_seed(self.recipe, phase, step))
        for group in optimiser.param_groups:
            group["lr"] = learning_rate(phase, step)
        loss = objective.loss(step)
        if not torch.isfinite(loss):
            raise TrainingError(f"phase {phase.name}: loss is {loss.item()} at step {step}")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_([parameter for _, parameter in chosen], phase.clip_norm)
        optimiser.step()
        return loss.item()

    def _log(self, phase: Phase, loss: float, seconds: float) -> None:
        step = self.progress.step
        line = {"phase": phase.name, "step": step, "of": phase.steps, "loss": round(loss, 5)}
        line |= {"learning_rate": learning_rate(phase, step), "seconds_a_step": round(seconds, 4)}
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")
        self.report(f"{phase.name} {step}/{phase.steps}  loss {loss:.4f}  {seconds:.3f} s a step")


def choose(pupil: nn.Module, patterns: Iterable[str]) -> list[tuple[str, nn.Parameter]]:
    """Let exactly the parameters that match learn; a pattern that matches none is a mistake."""
    named = list(pupil.named_parameters())
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name, _ in named):
            raise UsageError(f"a phase trains {pattern!r}, but no parameter has such a name")
    for name, parameter in named:
        parameter.requires_grad_(any(fnmatchcase(name, pattern) for pattern in patterns))
    return [(name, parameter) for name, parameter in named if parameter.requires_grad]


def weight_decay_groups(
    chosen: Iterable[tuple[str, nn.Parameter]], phase: Phase
) -> list[dict[str, Any]]:
    """Matrices decay; vectors (biases, norms) do not."""
    chosen = list(chosen)
    return [
        {"params": [p for _, p in chosen if p.ndim > 1], "weight_decay": phase.weight_decay},
        {"params": [p for _, p in chosen if p.ndim <= 1], "weight_decay": 0.0},
    ]


def learning_rate(phase: Phase, step: int) -> float:
    """Linear rise over the warm-up, then half a cosine down to zero at the last step."""
    if step < phase.warmup_steps:
        return phase.learning_rate * (step + 1) / phase.warmup_steps
    share = (step - phase.warmup_steps) / max(1, phase.steps - phase.warmup_steps)
    return phase.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, share)))


def step_seed(recipe: Recipe, phase: Phase, step: int) -> int:
    """One number for all that is drawn in this step of this phase."""
    index = [known.name for known in recipe.phases].index(phase.name)
    return (recipe.seed * 1009 + index) * 10_000_019 + step


def fingerprint(recipe: Recipe) -> str:
    """What a checkpoint must share with the recipe that takes it up: model, music, kinds of phases."""
    same = {key: asdict(recipe)[key] for key in ("seed", "model")}
    return json.dumps(same, sort_keys=True)
