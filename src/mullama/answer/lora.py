"""Low-rank updates beside the projections they update (Hu et al. 2021, arXiv 2106.09685), scale one.

Not peft's: the music's shifts need each value projection *without* its update at every forward, the
biases exist on five projections of seven only, and one name per tensor has to serve training,
storage and `from_pretrained`. Knows nothing of music.
"""

import math
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from mullama.answer.llama import decoder_layers

L = TypeVar("L", bound=nn.Linear)

PROJECTIONS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")


class LoraLinear(nn.Linear):
    """y = W x + b + B (A x); `weight` stays the base's."""

    def __init__(self, in_features: int, out_features: int, bias: bool, rank: int) -> None:
        super().__init__(in_features, out_features, bias)
        self.lora_A = nn.Parameter(torch.empty(rank, in_features))
        self.lora_B = nn.Parameter(torch.empty(out_features, rank))
        self.reset_lora()

    def reset_lora(self) -> None:
        """A fresh update: it changes nothing yet."""
        nn.init.kaiming_uniform_(self.lora_A, a=math.sqrt(5))
        nn.init.zeros_(self.lora_B)

    def forward(self, x: Float[Tensor, "... inner"]) -> Float[Tensor, "... outer"]:
        update = functional.linear(
            functional.linear(x, self.lora_A.to(x.dtype)), self.lora_B.to(x.dtype)
        )
        return functional.linear(x, self.weight, self.bias) + update

    @torch.no_grad()
    def merged(self) -> nn.Linear:
        """The same function as a plain linear layer."""
        plain = nn.Linear(self.in_features, self.out_features, self.bias is not None, device="meta")
        weight = add_update(self.weight, self.lora_A, self.lora_B)
        plain.weight = nn.Parameter(weight, requires_grad=False)
        if self.bias is not None:
            plain.bias = self.bias
        return plain


def add_update(
    weight: Float[Tensor, "outer inner"],
    lora_A: Float[Tensor, "rank inner"],  # noqa: N803  named as they are stored
    lora_B: Float[Tensor, "outer rank"],  # noqa: N803
) -> Float[Tensor, "outer inner"]:
    """W + B A: the sum is taken in float32 and stored in W's dtype."""
    return (weight.float() + lora_B.float() @ lora_A.float()).to(weight.dtype)


def add_lora(language_model: nn.Module, rank: int, layers: int = 0) -> None:
    """Give every projection of the last `layers` decoder layers, or of all, an update of this rank."""
    last = decoder_layers(language_model)[-layers:]
    for parent, name, linear in _projections(last, nn.Linear):
        biased = linear.bias is not None
        lora = LoraLinear(linear.in_features, linear.out_features, biased, rank)
        lora.weight, lora.bias = linear.weight, linear.bias
        setattr(parent, name, lora)


def merge_lora(language_model: nn.Module) -> None:
    """Add every update to its projection and drop it."""
    found = _projections(language_model, LoraLinear)
    while found:  # forgetting each at once, so that no second copy of the model builds up
        parent, name, lora = found.pop()
        setattr(parent, name, lora.merged())


def _projections(module: nn.Module, kind: type[L]) -> list[tuple[nn.Module, str, L]]:
    return [
        (parent, name, child)
        for parent in module.modules()
        for name, child in parent.named_children()
        if name in PROJECTIONS and isinstance(child, kind)
    ]
