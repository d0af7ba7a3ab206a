"""Fresh tensors: the same for the same seed, and as an adapter starts."""

import torch

from mullama.checkpoints.convert.fresh import fresh

SHAPES = {
    "bridge.proj.weight": (8, 16),
    "bridge.proj.bias": (8,),
    "bridge.blocks.0.norm.weight": (8,),
    "shifts.queries": (2, 8),
    "shifts.gates": (2, 4),
    "language_model.model.layers.0.mlp.up_proj.lora_A": (3, 8),
    "language_model.model.layers.0.mlp.up_proj.lora_B": (8, 3),
}


def made(seed: int) -> dict[str, torch.Tensor]:
    return {name: planned.make() for name, planned in fresh(SHAPES, SHAPES, seed).items()}


def test_a_seed_decides() -> None:
    one, again, other = made(0), made(0), made(1)
    assert all(torch.equal(one[name], again[name]) for name in SHAPES)
    assert not torch.equal(one["shifts.queries"], other["shifts.queries"])
    assert all(one[name].shape == shape for name, shape in SHAPES.items())


def test_a_fresh_adapter_changes_nothing_yet() -> None:
    state = made(0)
    assert not state["shifts.gates"].any()
    assert not state["language_model.model.layers.0.mlp.up_proj.lora_B"].any()
    assert state["language_model.model.layers.0.mlp.up_proj.lora_A"].any()
    assert (state["bridge.blocks.0.norm.weight"] == 1).all()
    assert 0.15 < state["bridge.proj.weight"].abs().max() <= 0.25
    assert 0 < state["bridge.proj.bias"].abs().max() <= 0.25
