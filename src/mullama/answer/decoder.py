"""A causal language model of transformers behind few calls: read a prompt, read one token more.

Rows that were read apart can go on together, and rows can leave. The plain way, for every model,
device and dtype; `fast.py` has the same calls for LLaMA on a CPU. Knows nothing of how a token is chosen.
"""

import inspect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn
from transformers import DynamicCache, PreTrainedModel

from mullama.answer.branches import Branches, wanted_logprobs


@runtime_checkable
class Decoder(Protocol):
    """Turns tokens into the logits of the next one."""

    trees: bool
    """Whether `branch` reads trees; if not, rows of tokens alone, each of which goes on from the one before."""

    def start(
        self,
        tokens: Int[Tensor, "row position"],
        shifts: Float[Tensor, "row layers width"] | None = None,
        *,
        attention_mask: Int[Tensor, "row position"] | None = None,
    ) -> tuple[Float[Tensor, "row vocabulary"], Any]:
        """Read prompts, padded on the left: the logits after their last tokens, and a cache."""

    def step(
        self,
        tokens: Int[Tensor, " row"],
        cache: Any,
        shifts: Float[Tensor, "row layers width"] | None = None,
    ) -> Float[Tensor, "row vocabulary"]:
        """Read one token more for each row; the cache grows."""

    def branch(
        self, read: Branches, cache: Any, shifts: Float[Tensor, "row layers width"] | None = None
    ) -> Float[Tensor, " wanted"]:
        """Read nodes of a tree for each row, behind what was read: log-probabilities of the wanted tokens.

        The cache grows, by nodes alone from then on: no `step` can follow, but `branch` can.
        """

    def join(self, cache: Any, other: Any) -> None:
        """Put the other cache's rows behind those of the first; where it fails, nothing has changed.

        Each row keeps its own positions: all logits stay those that it would have alone, but for
        the rounding of products of another shape.
        """

    def take(self, cache: Any, rows: Sequence[int]) -> None:
        """Retain these rows of a cache, at least one, in this order; a row may be there several times."""


MASKED = ("sdpa", "eager")
"""Ways of attention that take any mask."""


@dataclass
class StockCache:
    """What a batch has read so far."""

    layers: DynamicCache
    mask: Tensor
    """(row, slots read)."""


def cache_argument(language_model: nn.Module) -> str:
    """The name of the key/value cache in a model's `forward` and in its output.

    transformers calls it `cache` from 5.24 on, and `past_key_values` before.
    """
    named = inspect.signature(language_model.forward).parameters
    return "cache" if "cache" in named else "past_key_values"


class StockDecoder:
    """The model's own forward; stateless, so that threads may share it."""

    def __init__(self, language_model: PreTrainedModel) -> None:
        self.model = language_model
        self._cache_argument = cache_argument(language_model)
        self.trees = language_model.config._attn_implementation in MASKED

    @torch.inference_mode()
    def start(
        self,
        tokens: Int[Tensor, "row position"],
        shifts: Float[Tensor, "row layers width"] | None = None,
        *,
        attention_mask: Int[Tensor, "row position"] | None = None,
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

    @torch.inference_mode()
    def branch(
        self,
        read: Branches,
        cache: StockCache,
        shifts: Float[Tensor, "row layers width"] | None = None,
    ) -> Float[Tensor, " wanted"]:
        """See `Decoder.branch`."""
        new, slots = read.sees.shape[1:]
        cache.mask = torch.cat([cache.mask, torch.ones_like(read.tokens)], dim=1)
        inputs = self._inputs(read.tokens, cache, shifts)
        if self.trees:
            text = cache.mask[:, :-slots]
            inputs["position_ids"] = text.sum(1, keepdim=True) + read.depths
            sees = [text.bool()[:, None].expand(-1, new, -1), read.sees]
            inputs["attention_mask"] = _added(torch.cat(sees, -1)[:, None], self.model.dtype)
        out = self.model.get_decoder()(**inputs)
        return wanted_logprobs(self.model.get_output_embeddings(), out.last_hidden_state, read)

    @torch.inference_mode()
    def join(self, cache: StockCache, other: StockCache) -> None:
        """See `Decoder.join`."""
        slots = max(cache.mask.shape[1], other.mask.shape[1])
        joined = [
            [torch.cat([_padded(mine, slots), _padded(theirs, slots)]) for mine, theirs in pairs]
            for pairs in map(zip, _tensors(cache), _tensors(other))
        ]
        masks = [F.pad(mask, (slots - mask.shape[1], 0)) for mask in (cache.mask, other.mask)]
        _replace(cache, joined, torch.cat(masks))

    @torch.inference_mode()
    def take(self, cache: StockCache, rows: Sequence[int]) -> None:
        """See `Decoder.take`; slots that no row sees any more go too."""
        places = torch.tensor(rows, device=cache.mask.device)
        mask = cache.mask[places]
        first = int(mask.any(0).int().argmax())
        taken = [[one[places, :, first:] for one in layer] for layer in _tensors(cache)]
        _replace(cache, taken, mask[:, first:])

    def _forward(self, tokens: Tensor, cache: StockCache, shifts: Tensor | None) -> Tensor:
        out = self.model(**self._inputs(tokens, cache, shifts), logits_to_keep=1)
        return out.logits[:, -1]

    def _inputs(self, tokens: Tensor, cache: StockCache, shifts: Tensor | None) -> dict[str, Any]:
        positions = (cache.mask.cumsum(-1) - 1).clamp(min=0)[:, -tokens.shape[1] :]
        return {
            "input_ids": tokens,
            "attention_mask": cache.mask,
            "position_ids": positions,
            "use_cache": True,
            "shifts": shifts,
            self._cache_argument: cache.layers,
        }


def _added(sees: Tensor, dtype: torch.dtype) -> Tensor:
    """What a mask is to attention: nothing is added where something is seen."""
    return torch.zeros_like(sees, dtype=dtype).masked_fill_(~sees, torch.finfo(dtype).min)


def _layers(cache: StockCache) -> Any:
    """Each with `keys` and `values`: a cache that is made without a configuration has no other kind."""
    return cache.layers.layers


def _tensors(cache: StockCache) -> list[tuple[Tensor, Tensor]]:
    """Keys and values of each layer: Float[row head slot head_dim]."""
    return [(layer.keys, layer.values) for layer in _layers(cache)]


def _replace(cache: StockCache, layers: Sequence[Sequence[Tensor]], mask: Tensor) -> None:
    for layer, (keys, values) in zip(_layers(cache), layers, strict=True):
        layer.keys, layer.values = keys, values
    cache.mask = mask


def _padded(states: Tensor, slots: int) -> Tensor:
    """Keys or values with empty slots at their left."""
    return F.pad(states, (0, 0, slots - states.shape[2], 0))
