"""A tiny model with every part of the real one, random but repeatable, and clips for it to hear."""

import numpy as np
import torch
from transformers import GenerationConfig

from mullama.config import MuLlamaConfig
from mullama.model import MuLlamaForConditionalGeneration

RATE = 24_000


def tiny_config(**changes: object) -> MuLlamaConfig:
    """MERT's and LLaMA's architectures, four layers each; grouped queries; LoRA."""
    settings: dict[str, object] = {
        "audio_config": {
            "model_type": "mullama_mert",
            "hidden_size": 32,
            "num_hidden_layers": 3,
            "num_attention_heads": 4,
            "intermediate_size": 48,
            "conv_dim": [16] * 7,
            "num_conv_pos_embeddings": 16,
            "num_conv_pos_embedding_groups": 4,
            "do_stable_layer_norm": True,
            "do_normalize": True,
            "mask_time_prob": 0.0,
            "window_seconds": 2.0,
            "initializer_range": 0.4,
        },
        "text_config": {
            "model_type": "llama",
            "hidden_size": 64,
            "intermediate_size": 96,
            "num_hidden_layers": 4,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "vocab_size": 300,
            "max_position_embeddings": 512,
            "attention_bias": True,
            "mlp_bias": True,
            "initializer_range": 0.12,
        },
        "adapted_layers": 3,
        "lora_rank": 4,
        "prompt": "clean",
    }
    return MuLlamaConfig(**{**settings, **changes})


def tiny_model(**changes: object) -> MuLlamaForConditionalGeneration:
    """Random weights whose gates are open and whose LoRA does something, so that mistakes show."""
    torch.manual_seed(1)
    model = MuLlamaForConditionalGeneration(tiny_config(**changes)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name or name.endswith("bias") or "gates" in name:
                parameter.normal_(0, 0.3)
        model.bridge.proj.weight.mul_(12)  # random encoders hear small differences
    model.generation_config = GenerationConfig(
        do_sample=False, max_new_tokens=12, eos_token_id=2, bos_token_id=1, pad_token_id=0
    )
    return model


def clip(seed: int, seconds: float = 1.0) -> np.ndarray:
    """A chord with noise, different for each seed: (samples,) float32 at 24 kHz."""
    random = np.random.default_rng(seed)
    t = np.arange(round(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * random.uniform(80, 2000) * t + k) for k in range(4))
    return (0.15 * tones + 0.05 * random.standard_normal(len(t))).astype(np.float32)
