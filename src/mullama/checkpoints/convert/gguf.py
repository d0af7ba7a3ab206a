"""A GGUF file of architecture `llama` becomes a language model's configuration and tensors by name.

Its rotary rows are neighbouring pairs, as in Meta's files. The tokenizer is the one inside, where it is
SentencePiece's, or a tokenizer.json beside the file. Knows nothing of music.
"""

from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig

from mullama.checkpoints.gguf_header import GgufHeader
from mullama.checkpoints.gguf_names import transformers_name
from mullama.checkpoints.gguf_tensors import GgufFile
from mullama.checkpoints.json_file import INVALID, reason
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.scaled_rope import LLAMA_3_1_ROPE, rope_factors
from mullama.errors import CheckpointError
from mullama.stored_part import check_sizes

ARCHITECTURE, ADAPTER = "llama", "adapter"
ROPE_FACTORS = "rope_freqs.weight"
EMBEDDING, HEAD = "model.embed_tokens.weight", "lm_head.weight"
SCALES = (8.0, 32.0)
"""Factors of Llama 3.1's and 3.2's rotary angles; files hold only what follows from them."""


def read_gguf(
    path: Path,
) -> tuple[LlamaConfig, dict[str, LazyTensor], GgufFile]:
    """A file's configuration, its tensors by transformers' names, and itself. Raises CheckpointError."""
    file = GgufFile(path)
    header = file.header
    if header.values.get("general.type") == ADAPTER:
        raise CheckpointError(
            f"{path} is a LoRA adapter without its language model: merge the two into one GGUF file"
            " (llama.cpp's llama-export-lora) and give that"
        )
    kind = header.values.get("general.architecture")
    if kind != ARCHITECTURE:
        raise CheckpointError(f"{path} is of architecture {kind!r:.40}; {ARCHITECTURE} is read")
    plan = file.plan()
    factors = plan.pop(ROPE_FACTORS, None)
    state: dict[str, LazyTensor] = {}
    for name, tensor in plan.items():
        ours = transformers_name(name)
        if ours is None:
            raise CheckpointError(f"{path} holds {name}, which is no tensor of LLaMA")
        state[ours] = tensor
    try:
        config = _config(header, state)
        check_sizes(config, str(path))
        if factors is not None:
            _scale_rope(config, factors)
    except INVALID as cause:
        raise CheckpointError(
            f"{path}: no language model has these sizes: {reason(cause)}"
        ) from cause
    return config, state, file


def _config(header: GgufHeader, state: dict[str, LazyTensor]) -> LlamaConfig:
    def number(key: str, default: float | None = None) -> float:
        return header.number(f"{ARCHITECTURE}.{key}", default)

    if EMBEDDING not in state:
        raise CheckpointError(f"{header.path} lacks token_embd.weight")
    heads, hidden = int(number("attention.head_count")), int(number("embedding_length"))
    head_dim = int(number("attention.key_length", hidden // max(heads, 1)))
    special: dict[str, Any] = {
        f"{name}_token_id": header.values.get(f"tokenizer.ggml.{name}_token_id")
        for name in ("bos", "eos")
    }
    return LlamaConfig(
        vocab_size=state[EMBEDDING].shape[0],
        hidden_size=hidden,
        intermediate_size=int(number("feed_forward_length")),
        num_hidden_layers=int(number("block_count")),
        num_attention_heads=heads,
        num_key_value_heads=int(number("attention.head_count_kv", heads)),
        head_dim=head_dim,
        rms_norm_eps=float(f"{number('attention.layer_norm_rms_epsilon'):.6g}"),
        rope_parameters=_rope(header),
        max_position_embeddings=int(number("context_length")),
        attention_bias=True,
        mlp_bias=True,
        tie_word_embeddings=HEAD not in state,
        **special,
    )


def _rope(header: GgufHeader) -> dict[str, Any]:
    theta = header.number(f"{ARCHITECTURE}.rope.freq_base", 10_000.0)
    kind = header.values.get(f"{ARCHITECTURE}.rope.scaling.type", "none")
    if kind == "none":
        return {"rope_type": "default", "rope_theta": theta}
    if kind != "linear":
        raise CheckpointError(f"{header.path}: rotary angles of type {kind!r:.40} are not read")
    factor = header.number(f"{ARCHITECTURE}.rope.scaling.factor")
    return {"rope_type": "linear", "rope_theta": theta, "factor": factor}


def _scale_rope(config: Any, factors: LazyTensor) -> None:
    """Find the published scaling that these factors follow from. Raises CheckpointError."""
    theta = config.rope_parameters["rope_theta"]
    found = factors.make().float()
    for scale in SCALES:
        config.rope_parameters = {**LLAMA_3_1_ROPE, "factor": scale, "rope_theta": theta}
        expected = rope_factors(config)
        if expected.shape == found.shape and torch.allclose(expected, found, rtol=1e-3):
            return
    raise CheckpointError(f"{factors.origin} is no published scaling of rotary angles")
