"""Parameters -> AdamW as published, and its stored moments back into it. Does not know the model."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.distributed.tensor import DTensor

from mullama.training.parallel import shard_like

BETAS = (0.9, 0.95)


def adamw(parameters: Iterable[nn.Parameter], weight_decay: float) -> torch.optim.AdamW:
    """AdamW over these parameters; the rate is set at each step."""
    return torch.optim.AdamW(weight_decay_groups(parameters, weight_decay), lr=0.0, betas=BETAS)


def weight_decay_groups(
    parameters: Iterable[nn.Parameter], weight_decay: float
) -> list[dict[str, Any]]:
    """Vectors (biases, norms) do not decay; matrices do, and gates, which are stored as one."""
    parameters = list(parameters)
    return [
        {"params": [p for p in parameters if p.ndim > 1], "weight_decay": weight_decay},
        {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
    ]


def load_moments(optimiser: torch.optim.Optimizer, stored: dict[str, Any]) -> None:
    """Give an optimiser its stored state, its moments sharded as its parameters are."""
    parameters = [p for group in optimiser.param_groups for p in group["params"]]
    for index, moments in stored["state"].items():
        parameter = parameters[index]
        for name, moment in moments.items():
            if isinstance(parameter, DTensor) and moment.shape == parameter.shape:
                moments[name] = shard_like(moment, parameter)
    optimiser.load_state_dict(stored)
