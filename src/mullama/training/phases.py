"""The published phases by name, and the parameters that each of them trains.

Liu et al. 2023 (arXiv 2308.11276): first the way from music into the language model, then the
language model's own small adjustments. A table and the function that reads it; it trains nothing.
"""

from fnmatch import fnmatchcase

from torch import nn

from mullama.errors import UsageError

PHASES: dict[str, tuple[str, ...]] = {
    "pretrain": ("bridge.*", "shifts.queries", "shifts.gates"),
    "finetune": (
        "language_model.*norm.weight",
        *(f"language_model.*.{name}_proj.bias" for name in ("q", "o", "gate", "up", "down")),
        "language_model.*.lora_[AB]",
    ),
}
"""Patterns of parameter names. The biases of k and v stay at zero, where the published ones are."""


def set_trainable(model: nn.Module, phase: str) -> list[str]:
    """Let gradients reach what `phase` trains and nothing else; return the names of that."""
    if phase not in PHASES:
        raise UsageError(f"unknown phase {phase!r}; choose one of: {', '.join(PHASES)}")
    trained = []
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(any(fnmatchcase(name, pattern) for pattern in PHASES[phase]))
        if parameter.requires_grad:
            trained.append(name)
    return trained
