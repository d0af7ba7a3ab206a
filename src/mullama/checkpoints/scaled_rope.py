"""Llama 3.1's scaling of rotary angles, and what it divides them by, as GGUF stores it."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

LLAMA_3_1_ROPE = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 8192,
}
"""What `use_scaled_rope` in a params.json stands for (Llama 3 model card, "RoPE scaling")."""


def rope_factors(config: Any) -> Float[Tensor, " half"]:
    """The plain angles of a configuration of type `llama3` over its own, half a head of them."""
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    half = len(scaled)
    plain = config.rope_parameters["rope_theta"] ** -(torch.arange(half).float() / half)
    return plain / scaled
