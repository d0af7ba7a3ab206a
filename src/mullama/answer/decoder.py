"""A causal language model of transformers behind two calls: read a prompt, read one token more.

The plain way, for every model, device and dtype; `fast.py` has the same two calls for LLaMA on a
CPU. Knows nothing of how a token is chosen.
"""

import inspect
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import DynamicCache


@runtime_checkable
class Decoder(Protocol):
    """Turns tokens into the logits of the next one."""

    def start(
        self,
        tokens: Int[Tensor, "row position"],
        shifts: Float[Tensor, "row layers width"] | None = None,
        *,
        attention_mask: Int[Tensor, "row position"] | None = None,
        max_new_tokens: int,
    ) -> tuple[Float[Tensor, "row vocabulary"], Any]:
        """Read prompts, padded on the left: the logits after their last tokens, and a cache."""

    def step(
        self,
        tokens: Int[Tensor, " row"],
        cache: Any,
        shifts: Float[Tensor, "row layers width"] | None = None,
    ) -> Float[Tensor, "row vocabulary"]:
        """Read one token more for each row; the cache grows."""


@dataclass
class StockCache:
    """What a batch has read so far."""

    layers: DynamicCache
    mask: Tensor
    """(row, positions read)."""


def cache_argument(language_model: nn.Module) -> str:
    """The name of the key/value cache in a model's `forward` and in its output.

    transformers calls it `cache` from 5.24 on, and `past_key_values` before.
    """
    named = inspect.signature(language_model.forward).parameters
    return "cache" if "cache" in named else "past_key_values"


class StockDecoder:
    """The model's own forward; stateless, so that threads may share it."""

    def __init__(self, language_model: nn.Module) -> None:
        self.model = language_model
        self._cache_argument = cache_argument(language_model)

    @torch.inference_mode()
    def start(
        self,
        tokens: Int[Tensor, "row position"],
        shifts: Float[Tensor, "row layers width"] | None = None,
        *,
        attention_mask: Int[Tensor, "row position"] | None = None,
        max_new_tokens: int,
    ) -> tuple[Float[Tensor, "row vocabulary"], StockCache]:
        """See `Decoder.start`."""
        mask = torch.ones_like(tokens) if attention_mask is None else attention_mask
        cache = StockCache(DynamicCache(), mask)
        return self._forward(tokens, cache, shifts), cache

    @torch.inference_mode()
    def step(
        self,
        tokens: Int[Tensor, " row"],
        cache: StockCache,
        shifts: Float[Tensor, "row layers width"] | None = None,
    ) -> Float[Tensor, "row vocabulary"]:
        """See `Decoder.step`."""
        cache.mask = torch.cat([cache.mask, cache.mask.new_ones(len(tokens), 1)], dim=1)
        return self._forward(tokens[:, None], cache, shifts)

    def _forward(self, tokens: Tensor, cache: StockCache, shifts: Tensor | None) -> Tensor:
        positions = (cache.mask.cumsum(-1) - 1).clamp(min=0)[:, -tokens.shape[1] :]
        out = self.model(
            input_ids=tokens,
            attention_mask=cache.mask,
            position_ids=positions,
            use_cache=True,
            shifts=shifts,
            logits_to_keep=1,
            **{self._cache_argument: cache.layers},
        )
        return out.logits[:, -1]
