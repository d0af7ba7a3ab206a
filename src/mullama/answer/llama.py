"""How music enters a stock language model: a vector added just before an attention's output projection.

Any decoder of transformers whose attention ends in `o_proj` will do. The vector is an argument of
the call, never state of a module: two songs in one batch or in two threads cannot mix, and compile,
checkpointing and data parallelism see an ordinary forward. Knows nothing of where shifts come from.
"""

from functools import cache
from typing import Any

from torch import Tensor, nn

from mullama.errors import CheckpointError


class _Shifted:
    """An attention as it is seen during one call: everything its own, but `o_proj(x + shift)`."""

    def __init__(self, attention: Any, shift: Tensor) -> None:
        self._attention = attention
        self._shift = shift

    def __getattr__(self, name: str) -> Any:
        return getattr(self._attention, name)

    def o_proj(self, x: Tensor) -> Tensor:
        return self._attention.o_proj(x + self._shift)


@cache
def _taking_shifts(stock: Any) -> Any:
    """The stock attention class, with one more keyword argument: `shifts` (clip, layers, heads * head_dim)."""

    def forward(self: Any, *args: Any, shifts: Tensor | None = None, **kwargs: Any) -> Any:
        row = self.layer_idx - self.first_adapted
        if shifts is None or row < 0:
            return stock.forward(self, *args, **kwargs)
        return stock.forward(_Shifted(self, shifts[:, row, None]), *args, **kwargs)

    return type(f"Shifted{stock.__name__}", (stock,), {"forward": forward})


def decoder_layers(language_model: nn.Module) -> Any:
    """The decoder layers (a `ModuleList`) of a causal language model of transformers."""
    layers = getattr(getattr(language_model, "model", None), "layers", None)
    if not isinstance(layers, nn.ModuleList) or not hasattr(layers[0].self_attn, "o_proj"):
        raise CheckpointError(
            f"{type(language_model).__name__} cannot take music in: its decoder layers have no "
            "self_attn.o_proj"
        )
    return layers


def take_shifts(language_model: nn.Module, adapted_layers: int) -> None:
    """Let the last `adapted_layers` attentions of a stock model accept `shifts=` in their call."""
    layers = decoder_layers(language_model)
    for layer in layers:
        attention = layer.self_attn
        attention.first_adapted = len(layers) - adapted_layers
        attention.__class__ = _taking_shifts(type(attention))  # type: ignore[arg-type]
