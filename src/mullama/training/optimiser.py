"""Parameters -> AdamW as published, and its stored moments back into it. Does not know the model."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import nn
from torch.distributed.tensor import DTensor

from mullama.training.parallel import shard_like
from mullama.training.phases import is_trained

BETAS = (0.9, 0.95)
NO_RATES: Mapping[str, float] = MappingProxyType({})


def adamw(
    parameters: Mapping[str, nn.Parameter],
    weight_decay: float,
    rates: Mapping[str, float] = NO_RATES,
) -> torch.optim.AdamW:
    """AdamW over named parameters; the rate of each group is set at each step, times its `times`.

    `rates` are the factors of some parameters by patterns of names.
    """
    by_rate: dict[float, list[nn.Parameter]] = {}
    for name, parameter in parameters.items():
        by_rate.setdefault(_rate(name, rates), []).append(parameter)
    groups = [
        {**group, "times": times}
        for times, some in by_rate.items()
        for group in weight_decay_groups(some, weight_decay)
    ]
    return torch.optim.AdamW(groups, lr=0.0, betas=BETAS)


def weight_decay_groups(
    parameters: Iterable[nn.Parameter], weight_decay: float
) -> list[dict[str, Any]]:
    """Vectors (biases, norms) do not decay; matrices do, and gates, which are stored as one."""
    parameters = list(parameters)
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    """The learning rate of the next step."""
    for group in optimiser.param_groups:
        group["lr"] = rate * group.get("times", 1.0)


def _rate(name: str, rates: Mapping[str, float]) -> float:
    return next((times for pattern, times in rates.items() if is_trained(name, [pattern])), 1.0)


def load_moments(optimiser: torch.optim.Optimizer, stored: dict[str, Any]) -> None:
    """Give an optimiser its stored state, its moments sharded as its parameters are."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for index, moments in stored["state"].items():
        parameter = parameters[index]
        for name, moment in moments.items():
            if isinstance(parameter, DTensor) and moment.shape == parameter.shape:
                moments[name] = shard_like(moment, parameter)
    optimiser.load_state_dict(stored)
