"""What Llama 3.1's rotary angles are divided by, as GGUF stores it (`rope_freqs.weight`)."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS


def rope_factors(config: Any) -> Float[Tensor, " half"]:
    """The plain angles of a configuration of type `llama3` over its own, half a head of them."""
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    half = len(scaled)
    plain = config.rope_parameters["rope_theta"] ** -(torch.arange(half).float() / half)
    return plain / scaled
