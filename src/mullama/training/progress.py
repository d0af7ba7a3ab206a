"""How far a run has come, in numbers, and whether a stored run may be resumed by a recipe."""

import json
import math
from dataclasses import asdict, dataclass, fields
from typing import Any

from mullama.training.recipe import Phase, Recipe

RENAMED = {"worse": "bad_evaluations"}
"""Counters by the names that version 0.2.0 stored them under."""


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
    """The phase's step at which it was last evaluated."""
    bad_evaluations: int = 0
    """Evaluations since the best one."""

    @classmethod
    def from_dict(cls, stored: dict[str, Any]) -> "Progress":
        """The inverse of `dataclasses.asdict`; raises ValueError for other counters."""
        values = {RENAMED.get(name, name): value for name, value in stored.items()}
        if values.keys() != {field.name for field in fields(cls)}:
            raise ValueError(f"its counters are {', '.join(map(str, stored))}")
        return cls(**values)


def step_seed(recipe: Recipe, phase: Phase, step: int) -> int:
    """One number for all that is drawn in this step of this phase."""
    index = [known.name for known in recipe.phases].index(phase.name)
    return (recipe.seed * 1009 + index) * 10_000_019 + step


def fingerprint(recipe: Recipe, data: str = "") -> dict[str, Any]:
    """What a checkpoint must share with the run that resumes it; how long phases last may change."""
    values = asdict(recipe)
    same = {
        key: values[key] for key in ("seed", "model", "start", "ears", "lora_rank", "precision")
    }
    phases = [[phase.name, phase.objective, list(phase.trains)] for phase in recipe.phases]
    plain: dict[str, Any] = json.loads(json.dumps({**same, "data": data, "phases": phases}))
    return plain


def difference(stored: dict[str, Any], mine: dict[str, Any], progress: Progress) -> str:
    """The first key in which two fingerprints differ, or ""; phases yet to come may differ."""
    begun = progress.phase + (progress.step > 0)
    for key, value in mine.items():
        one, other = stored.get(key), value
        if key == "phases":
            one, other = stored["phases"][:begun], value[:begun]
        if one != other:
            return key
    return ""
