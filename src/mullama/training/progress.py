"""How far a run has come, and whether a stored one may be taken up again.

Values and tensors; nothing is trained here.
"""

import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch.distributed.tensor import DTensor

from mullama.training.parallel import shard_like
from mullama.training.recipe import Phase, Recipe


@dataclass
class Progress:
    """How far a run has come."""

    phase: int = 0
    """Index of the phase under way, or the number of phases when all are done."""
    step: int = 0
    """Steps done in that phase."""
    total: int = 0
    """Steps done in all phases."""
    best: float = math.inf
    """The phase's lowest validation loss."""
    validated: int = -1
    """The phase's step that was measured last."""
    bad_evaluations: int = 0
    """Measurements since then."""
    optimiser: dict[str, Any] = field(default_factory=dict)
    """State of the phase's optimiser as it was loaded, empty at its start."""


def step_seed(recipe: Recipe, phase: Phase, step: int) -> int:
    """One number for all that is drawn in this step of this phase."""
    index = [known.name for known in recipe.phases].index(phase.name)
    return (recipe.seed * 1009 + index) * 10_000_019 + step


def fingerprint(recipe: Recipe, data: str = "") -> dict[str, Any]:
    """What a checkpoint must share with the run that takes it up; how long phases last may change."""
    values = asdict(recipe)
    same = {key: values[key] for key in ("seed", "model", "start", "lora_rank", "precision")}
    phases = [[phase.name, phase.objective, list(phase.trains)] for phase in recipe.phases]
    kept: dict[str, Any] = json.loads(json.dumps({**same, "data": data, "phases": phases}))
    return kept


def belongs(stored: dict[str, Any], mine: dict[str, Any], progress: dict[str, Any]) -> str:
    """What two fingerprints do not share, in a word; phases yet to come may differ."""
    begun = progress["phase"] + (progress["step"] > 0)
    for key, value in mine.items():
        one, other = stored.get(key), value
        if key == "phases":
            one, other = stored["phases"][:begun], value[:begun]
        if one != other:
            return key
    return ""


def load_optimiser(optimiser: torch.optim.Optimizer, stored: dict[str, Any]) -> None:
    """Give an optimiser its stored moments, spread as its parameters are."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for index, moments in stored["state"].items():
        parameter = parameters[index]
        for name, moment in moments.items():
            if isinstance(parameter, DTensor) and moment.shape == parameter.shape:
                moments[name] = shard_like(moment, parameter)
    optimiser.load_state_dict(stored)
