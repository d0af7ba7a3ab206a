"""What a phase trains: names of phases and patterns of parameter names -> the parameters.

The published phases are Liu et al.'s (2023, arXiv 2308.11276): first the way from music into the
language model, then the language model's own small adjustments. Does not know how they are trained.
"""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from torch import nn

from mullama.errors import UsageError
from mullama.nearest import did_you_mean

PHASES: dict[str, tuple[str, ...]] = {
    "pretrain": ("bridge.*", "shifts.queries", "shifts.gates"),
    "finetune": (
        "language_model.*norm.weight",
        *(f"language_model.*.{name}_proj.bias" for name in ("q", "o", "gate", "up", "down")),
        "language_model.*.lora_[AB]",
    ),
}
"""Patterns of parameter names. The biases of k and v stay at zero, where the published ones are."""


def set_trainable(module: nn.Module, trains: Sequence[str]) -> dict[str, nn.Parameter]:
    """Let gradients reach what `trains` names and nothing else; those parameters by name, in order.

    `module` is a model, or a TrainableModel with one in it. Raises UsageError as `check_patterns` does.
    """
    check_patterns(module, trains)
    for name, parameter in module.named_parameters():
        parameter.requires_grad_(is_trained(name, trains))
    return {name: p for name, p in module.named_parameters() if p.requires_grad}


def is_trained(name: str, trains: Iterable[str]) -> bool:
    """Whether the parameter of that name is among `trains`; a model's parameters go by their own names."""
    own = name.removeprefix("model.")
    patterns = [pattern for word in trains for pattern in PHASES.get(word, (word,))]
    return any(fnmatchcase(own, pattern) for pattern in patterns)


def check_patterns(module: nn.Module, trains: Iterable[str]) -> None:
    """Refuse a word that matches no parameter: a misspelt one would train nothing."""
    names = [name for name, _ in module.named_parameters()]
    for word in trains:
        if not any(is_trained(name, [word]) for name in names):
            raise UsageError(
                f"a phase trains {word!r}, but no parameter has such a name"
                f"{did_you_mean(word, PHASES)}"
            )
