"""AdamW as published, and its stored moments back where they were."""

import copy

import torch
from torch import nn

from mullama.training.optimiser import adamw, load_moments, weight_decay_groups


def test_vectors_do_not_decay() -> None:
    decayed, others = weight_decay_groups(nn.Linear(2, 3).parameters(), 0.05)
    assert [p.ndim for p in decayed["params"]] == [2]
    assert [p.ndim for p in others["params"]] == [1]
    assert (decayed["weight_decay"], others["weight_decay"]) == (0.05, 0.0)


def step(layer: nn.Linear, optimiser: torch.optim.Optimizer) -> None:
    for group in optimiser.param_groups:
        group["lr"] = 0.1
    optimiser.zero_grad()
    layer(torch.ones(3)).square().sum().backward()
    optimiser.step()


def test_an_optimiser_goes_on_from_stored_moments() -> None:
    layer = nn.Linear(3, 2)
    optimiser = adamw(dict(layer.named_parameters()), 0.1)
    step(layer, optimiser)
    other = copy.deepcopy(layer)
    resumed = adamw(dict(other.named_parameters()), 0.1)
    load_moments(resumed, copy.deepcopy(optimiser.state_dict()))
    step(layer, optimiser)
    step(other, resumed)
    assert torch.equal(layer.weight, other.weight)
