"""Stock LLaMAs of every kind, small and random, that take music in."""

import torch
from torch import Tensor
from transformers import LlamaConfig, LlamaForCausalLM

from mullama.answer.llama import take_shifts

KINDS: dict[str, dict[str, object]] = {
    "plain": {},
    "biases": {"attention_bias": True, "mlp_bias": True},
    "grouped queries": {"num_key_value_heads": 2, "attention_bias": True},
    "one key head, odd widths": {"num_key_value_heads": 1, "intermediate_size": 77},
    "tied, odd vocabulary": {"tie_word_embeddings": True, "vocab_size": 131},
    "wide heads": {"head_dim": 24},
    "linear rope": {"rope_parameters": {"rope_type": "linear", "factor": 4.0, "rope_theta": 1e4}},
    "yarn rope": {"rope_parameters": {"rope_type": "yarn", "factor": 4.0, "rope_theta": 1e4}},
    "dynamic rope": {
        "max_position_embeddings": 12,
        "rope_parameters": {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 1e4},
    },
    "llama3 rope": {
        "rope_parameters": {
            "rope_type": "llama3",
            "factor": 8.0,
            "low_freq_factor": 1.0,
            "high_freq_factor": 4.0,
            "original_max_position_embeddings": 16,
            "rope_theta": 5e5,
        }
    },
}


def llama(**changes: object) -> LlamaForCausalLM:
    """Four layers, three of which take music in; every bias and norm away from its start."""
    settings: dict[str, object] = {
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "vocab_size": 128,
        "max_position_embeddings": 64,
        "initializer_range": 0.15,
        "attn_implementation": "eager",
    }
    model = LlamaForCausalLM(LlamaConfig(**(settings | changes))).eval().requires_grad_(False)
    for name, parameter in model.named_parameters():
        if name.endswith(".bias"):
            parameter.normal_(0, 0.3)
        elif "norm" in name:
            parameter.normal_(1, 0.3)
    take_shifts(model, 3)
    return model


def music(model: LlamaForCausalLM, rows: int) -> Tensor:
    return torch.randn(rows, 3, model.model.layers[0].self_attn.o_proj.in_features)
