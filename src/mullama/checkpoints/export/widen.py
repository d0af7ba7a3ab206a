"""A language model becomes one with a constant head, in which a song is a LoRA of rank one.

Music enters an adapted layer as a vector added before the attention's output projection, the same at
every position (answer/llama.py). The added head's queries, keys and value weights are zero, and its value
bias is one in a single channel: since attention's weights sum to one, that channel is one at every
position. The output projection's new columns are zero, so that nothing changes until a LoRA writes into
them. With grouped queries a whole group is added.
"""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import GraniteConfig, PreTrainedConfig, Qwen3Config

from mullama.checkpoints.export.language_model import LanguageModel
from mullama.checkpoints.lazy_tensor import LazyTensor, lazy_full
from mullama.errors import CheckpointError
from mullama.stored_part import OF_FILES

BIASED = ("q_proj", "k_proj", "v_proj", "o_proj")
"""Projections that have biases in the widened model, whether they had any or not."""
KINDS = ("llama", "mistral", "qwen2")
"""Language models that are Granite's network with neutral multipliers. LLaMA's own configuration refuses
a number of heads that does not divide the width, and none of these has all the biases."""


@dataclass(frozen=True)
class Widening:
    """How much wider the attention becomes."""

    heads: int
    kv_heads: int
    added: int
    """Key-value heads, each with its group of query heads."""
    head_dim: int

    @property
    def group(self) -> int:
        """Query heads that share a key-value head."""
        return self.heads // self.kv_heads

    @property
    def channel(self) -> int:
        """Which of the output projection's inputs is one at every position: the first new one."""
        return self.heads * self.head_dim

    @property
    def width(self) -> int:
        """Inputs of the output projection."""
        return self.channel + self.added * self.group * self.head_dim


def widening(config: PreTrainedConfig, head_dim: int, tensor_parallel: int = 1) -> Widening:
    """As few heads as it takes for `tensor_parallel` devices to share them evenly."""
    text: Any = config
    heads, kv_heads = text.num_attention_heads, text.num_key_value_heads
    return Widening(heads, kv_heads, tensor_parallel - kv_heads % tensor_parallel, head_dim)


def widen(language: LanguageModel, by: Widening) -> dict[str, LazyTensor]:
    """The tensors of the widened model, by transformers' names."""
    state: dict[str, LazyTensor] = {}
    for name, tensor in language.state.items():
        module, _, kind = name.rpartition(".")
        projection = module.rpartition(".")[2]
        if projection not in BIASED:
            state[name] = tensor
            continue
        state[name] = tensor.then(_extend(projection, kind, by))
        if kind == "weight" and f"{module}.bias" not in language.state:
            rows = lazy_full(tensor.shape[:1], f"zeros for {module}.bias", torch.zero_)
            cast = rows.then(lambda bias: bias.to(language.dtype))
            state[f"{module}.bias"] = cast.then(_extend(projection, "bias", by))
    return state


def widened_config(language: LanguageModel, by: Widening) -> PreTrainedConfig:
    """The configuration of the widened model. Raises CheckpointError for a kind that has none."""
    text: Any = language.config
    group = by.added * by.group
    changed: dict[str, Any] = {
        "num_attention_heads": by.heads + group,
        "num_key_value_heads": by.kv_heads + by.added,
        "head_dim": by.head_dim,
        "attention_bias": True,
        "max_position_embeddings": longest_text(text),
        "dtype": language.dtype,
    }
    if text.model_type == Qwen3Config.model_type:
        return Qwen3Config(**_network(Qwen3Config, text), **changed)
    if text.model_type not in KINDS:
        raise CheckpointError(f"a {text.model_type} cannot be exported; these can: {KINDS}, qwen3")
    neutral = {"attention_multiplier": by.head_dim**-0.5}
    return GraniteConfig(**_network(GraniteConfig, text), **changed, **neutral)


def longest_text(config: PreTrainedConfig) -> int:
    """Positions up to which a model is the same without a sliding window."""
    text: Any = config
    positions = text.max_position_embeddings
    return int(min(positions, getattr(text, "sliding_window", None) or positions))


def _network(kind: type[PreTrainedConfig], text: PreTrainedConfig) -> dict[str, Any]:
    """What a configuration says of the network that both kinds know and widening leaves as it is."""
    taken = {field.name for field in dataclasses.fields(kind)} - OF_FILES
    tokens = {"bos_token_id", "eos_token_id", "pad_token_id", "tie_word_embeddings"}
    left = {
        *(
            "num_attention_heads",
            "num_key_value_heads",
            "head_dim",
            "attention_bias",
            "layer_types",
        ),
        *("max_position_embeddings", "sliding_window", "use_sliding_window", "max_window_layers"),
        "dtype",
    }
    names = (taken | tokens) - left
    return {name: getattr(text, name) for name in names if hasattr(text, name)}


def _extend(projection: str, kind: str, by: Widening) -> Callable[[Tensor], Tensor]:
    """One projection's weight or bias -> the same with the added heads."""
    groups = by.group if projection in ("q_proj", "o_proj") else 1
    size = by.added * groups * by.head_dim

    def extend(tensor: Tensor) -> Tensor:
        if projection == "o_proj":
            return tensor if kind == "bias" else torch.nn.functional.pad(tensor, (0, size))
        if kind == "weight":
            return torch.nn.functional.pad(tensor, (0, 0, 0, size))
        longer = torch.nn.functional.pad(tensor, (0, size))
        if projection == "v_proj":
            longer[len(tensor)] = 1.0
        return longer

    return extend
