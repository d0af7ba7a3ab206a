"""A language model becomes a GGUF file of llama.cpp's architecture `llama`.

Either widened, for songs as adapters, or as it is with one song inside: the song's shift behind the output
projection is a bias of that projection (`attn_output.bias`), which is exact. Matrices keep their type,
norms and biases are float32, as llama.cpp wants them. Needs the package gguf.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.checkpoints.export.gguf_tokenizer import GgufVocabulary
from mullama.checkpoints.export.language_model import LanguageModel
from mullama.checkpoints.export.song_adapter import MODULE, shift_output
from mullama.checkpoints.export.widen import longest_text
from mullama.checkpoints.gguf_names import GROUPED, gguf_name, interleaved
from mullama.checkpoints.lazy_tensor import LazyTensor, concat, lazy_full
from mullama.checkpoints.scaled_rope import rope_factors
from mullama.errors import CheckpointError, MissingExtraError

ARCHITECTURE = "llama"
KINDS = ("llama", "mistral", "qwen2", "granite")
"""What llama.cpp's `llama` computes: biases anywhere, and no norm of queries and keys."""
FILE_TYPES = {torch.float32: 0, torch.float16: 1, torch.bfloat16: 32}
QUANTISATIONS = {torch.float32: 0, torch.float16: 1, torch.bfloat16: 30}
"""Types of tensors in GGUF."""


def with_song(
    language: LanguageModel, shifts: Float[Tensor, "layers width"]
) -> dict[str, LazyTensor]:
    """The tensors of the language model with a song inside."""
    state = dict(language.state)
    first = language.config.num_hidden_layers - language.adapted_layers
    for layer, shift in enumerate(shifts.cpu(), start=first):
        module = MODULE.format(layer=layer)
        weight = state[f"{module}.weight"]
        bias = state.get(f"{module}.bias") or lazy_full(weight.shape[:1], module, torch.zero_)

        def add(parts: list[Tensor], shift: Tensor = shift) -> Tensor:
            own, projection = parts
            moved = shift.to(own.device)
            return own.float() + shift_output(projection.float(), moved)

        state[f"{module}.bias"] = concat([bias, weight], add)
    return state


def write_gguf(
    path: Path,
    config: Any,
    state: Mapping[str, LazyTensor],
    vocabulary: GgufVocabulary,
    *,
    name: str,
    release: Callable[[], None],
    progress: Callable[[int], object],
) -> None:
    """Write a file, tensor by tensor. Raises CheckpointError for a model that llama.cpp cannot run."""
    gguf = _gguf()
    if config.model_type not in KINDS:
        raise CheckpointError(
            f"a {config.model_type} cannot be written as GGUF: its attention differs"
        )
    plan = {gguf_name(key): _stored(key, tensor, config) for key, tensor in state.items()}
    plan |= _rope_factors(config)
    writer = gguf.GGUFWriter(path, ARCHITECTURE)
    try:
        writer.add_name(name)
        _write_sizes(writer, config, next(iter(state.values())).dtype)
        _write_vocabulary(writer, vocabulary)
        for key, tensor in plan.items():
            kind = gguf.GGMLQuantizationType(QUANTISATIONS[tensor.dtype])
            floats = torch.empty((), dtype=torch.float32).numpy().dtype
            writer.add_tensor_info(key, tensor.shape, floats, tensor.bytes, kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        for tensor in plan.values():
            writer.write_tensor_data(tensor.make().contiguous().view(torch.uint8).numpy())
            progress(tensor.bytes)
            release()
    finally:
        writer.close()


def _gguf() -> Any:
    try:
        import gguf
    except ImportError as cause:
        raise MissingExtraError("gguf", "gguf", "llama.cpp's format") from cause
    return gguf


def _stored(key: str, tensor: LazyTensor, config: Any) -> LazyTensor:
    """A tensor as GGUF has it: rotary rows interleaved, vectors in float32."""
    if any(part in key for part in GROUPED):
        heads = config.num_attention_heads if "q_proj" in key else config.num_key_value_heads
        tensor = tensor.then(lambda rows: interleaved(rows, heads))
    return tensor.then(Tensor.float) if len(tensor.shape) == 1 else tensor


def _write_sizes(writer: Any, config: Any, dtype: torch.dtype) -> None:
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_file_type(FILE_TYPES[dtype])
    writer.add_context_length(longest_text(config))
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_rope_dimension_count(head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)
    rope = config.rope_parameters
    writer.add_rope_freq_base(float(rope["rope_theta"]))
    if rope.get("rope_type", "default") == "linear":
        from gguf.constants import RopeScalingType

        writer.add_rope_scaling_type(RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(float(rope["factor"]))


def _rope_factors(config: Any) -> dict[str, LazyTensor]:
    """What Llama 3.1's rotary angles are divided by, as a tensor. Raises CheckpointError for others."""
    kind = config.rope_parameters.get("rope_type", "default")
    if kind in ("default", "linear"):
        return {}
    if kind != "llama3":
        raise CheckpointError(f"rotary angles of type {kind} cannot be written as GGUF")
    factors = rope_factors(config)
    name = "rope_freqs.weight"
    return {name: lazy_full(factors.shape, name, lambda empty: empty.copy_(factors))}


def _write_vocabulary(writer: Any, vocabulary: GgufVocabulary) -> None:
    writer.add_tokenizer_model(vocabulary.kind)
    writer.add_tokenizer_pre(vocabulary.cut)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    if vocabulary.scores is not None:
        writer.add_token_scores(vocabulary.scores)
    if vocabulary.merges is not None:
        writer.add_token_merges(vocabulary.merges)
    for name, row in vocabulary.special.items():
        getattr(writer, f"add_{name}_token_id")(row)
    writer.add_add_bos_token(vocabulary.begins)
    writer.add_add_eos_token(False)
    writer.add_add_space_prefix(vocabulary.space_first)
