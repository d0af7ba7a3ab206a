"""The carried music becomes one constant vector for each adapted layer.

LLaMA-Adapter (Zhang et al. 2023, arXiv 2303.16199) lets text attend to adapter tokens with a gated
softmax of their own. With one token per layer that softmax is always one, so what is added to the
attention's output is the same at every position: tanh(gate of the head) * (W_v a). Knows neither
the encoder nor how the language model takes the vector in.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn


class ShiftProjection(nn.Module):
    """Queries and gates of the adapted layers, and their value projections where they are its own."""

    def __init__(
        self,
        *,
        layers: int,
        hidden: int,
        heads: int,
        kv_heads: int,
        head_dim: int,
        own_values: bool,
    ) -> None:
        super().__init__()
        self.groups = heads // kv_heads
        self.queries = nn.Parameter(torch.empty(layers, hidden))
        self.gates = nn.Parameter(torch.empty(layers, heads))
        self.values: nn.Parameter | None = None
        if own_values:
            shape = (layers, kv_heads * head_dim, hidden)
            self.values = nn.Parameter(torch.empty(shape), requires_grad=False)

    def reset_parameters(self) -> None:
        """A fresh adapter: queries as an embedding starts, gates closed (the music not yet let in)."""
        nn.init.normal_(self.queries)
        nn.init.zeros_(self.gates)

    def forward(
        self,
        carried: Float[Tensor, "clip hidden"],
        values: Sequence[Float[Tensor, "kv_width hidden"]] = (),
    ) -> Float[Tensor, "clip layers width"]:
        """Carried music -> one vector of heads * head_dim for each layer.

        `values` are the base value projections (kv_heads * head_dim, hidden) of the adapted layers,
        without LoRA; not needed where this module has its own.
        """
        projections = values if self.values is None else self.values
        rows = []
        for query, gate, value in zip(self.queries, self.gates, projections, strict=True):
            token = (carried + query).to(value.dtype)
            heads = (token @ value.T).unflatten(-1, (len(gate) // self.groups, -1))
            spread = heads.repeat_interleave(self.groups, dim=-2)
            rows.append((gate.tanh().to(value.dtype)[:, None] * spread).flatten(-2))
        return torch.stack(rows, dim=1)
