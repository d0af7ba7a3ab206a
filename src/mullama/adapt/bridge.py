"""A Listening becomes one vector of the language model's width: "the music, in LLaMA's terms".

Liu et al. 2023 (arXiv 2308.11276), section 3: a learned mix of the hidden states, L2 normalisation,
a projection, then feed-forward blocks. Knows neither layers nor queries of the language model.
"""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

BRIDGE_EPS = 1e-6
"""Of the bridge's own norms, whatever the language model's are."""


class BridgeBlock(nn.Module):
    """x + W_down(silu(W_gate n(x)) * W_up n(x)), n being a root-mean-square norm."""

    def __init__(self, hidden: int, width: int) -> None:
        super().__init__()
        self.norm = nn.RMSNorm(hidden, eps=BRIDGE_EPS)
        self.gate_proj = nn.Linear(hidden, width, bias=False)
        self.up_proj = nn.Linear(hidden, width, bias=False)
        self.down_proj = nn.Linear(width, hidden, bias=False)

    def forward(self, x: Float[Tensor, "clip hidden"]) -> Float[Tensor, "clip hidden"]:
        # Under autocast a product comes back in half precision, a norm's weight does not.
        n = self.norm(x.to(self.norm.weight.dtype))
        return x + self.down_proj(functional.silu(self.gate_proj(n)) * self.up_proj(n))


class Bridge(nn.Module):
    """From an encoder's `states` x `features` to the language model's `hidden`."""

    def __init__(self, *, states: int, features: int, hidden: int, width: int, blocks: int) -> None:
        super().__init__()
        self.mix = nn.Linear(states, 1)
        self.proj = nn.Linear(features, hidden)
        self.blocks = nn.ModuleList(BridgeBlock(hidden, width) for _ in range(blocks))

    def feature(
        self, listening: Float[Tensor, "clip states features"]
    ) -> Float[Tensor, "clip features"]:
        """Unit vectors: what retrieval compares."""
        mixed = self.mix(listening.to(self.mix.weight.dtype).transpose(1, 2)).squeeze(-1)
        return functional.normalize(mixed, dim=-1)

    def carry(self, feature: Float[Tensor, "clip features"]) -> Float[Tensor, "clip hidden"]:
        """A feature in the language model's terms."""
        x = self.proj(feature)
        for block in self.blocks:
            x = block(x)
        return x

    def forward(
        self, listening: Float[Tensor, "clip states features"]
    ) -> Float[Tensor, "clip hidden"]:
        """A Listening in the language model's terms."""
        return self.carry(self.feature(listening))
