"""A language model's folder, Meta's or transformers', becomes a configuration and tensors by name.

Meta's layout is LLaMA's: params.json, one or more consolidated.*.pth cut for model parallelism, and a
tokenizer.model beside or above them. Transformers': config.json and safetensors or .bin; its names
are used here. Knows nothing of music.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import LlamaConfig, PreTrainedConfig

from mullama.checkpoints.convert.gguf import read_gguf
from mullama.checkpoints.convert.tensor_names import is_rotary, language_model_name
from mullama.checkpoints.find_base import PACKAGES, find_base
from mullama.checkpoints.json_file import INVALID, invalid_config, read_json
from mullama.checkpoints.lazy_tensor import LazyTensor, concat
from mullama.checkpoints.scaled_rope import LLAMA_3_1_ROPE
from mullama.checkpoints.tensor_file import TensorFile
from mullama.checkpoints.weight_files import weight_files
from mullama.config import TEXT_CONFIGS
from mullama.errors import CheckpointError
from mullama.stored_part import check_sizes, network_only

BIASES: dict[str, tuple[str, ...]] = {"llama": ("attention_bias", "mlp_bias")}
"""Settings that give a kind of language model the biases which the published finetuning trains: zeros,
which change nothing until then."""
UNUSED = ("rope.freqs", "rotary_emb.inv_freq")
"""Ends of names that old files carry and nothing reads."""
ROPE_THETA = 10_000.0
"""Base of the rotary angles where params.json does not name one."""
GGUF = ".gguf"
"""How the name of llama.cpp's files ends."""
CONTEXT = 4096
"""Positions that LLaMA 2 was trained for; Meta's files do not say."""
ROW_CUT = ("wo.weight", "w2.weight")
"""Ends of Meta's names whose shards are columns; of all other matrices they are rows."""


@dataclass(frozen=True)
class Llama:
    """A language model as it was found."""

    folder: Path
    config: PreTrainedConfig
    state: dict[str, LazyTensor]
    """By transformers' names; empty where the adapter file brings the weights."""
    tokenizer: Path
    """The folder that tokenizer.model or tokenizer.json lies in, or the GGUF file that holds it."""
    files: list[TensorFile]
    exact_vocabulary: bool
    """Meta's layout: a row of embeddings for each piece of the tokenizer, no more, and the tokenizer
    alone knows which pieces begin and end a text."""


def read_llama(folder: Path, overrides: Mapping[str, LazyTensor], size: str | None = None) -> Llama:
    """Read a language model from `folder`, a GGUF file, or what find_base.py finds by that name.

    `overrides` (Meta's names) replace its own.

    `size` names the sub-folder of a `ckpts/LLaMA` tree ("7B"), where there is more than one.
    """
    if str(folder) in PACKAGES:
        folder = find_base(folder)
    if folder.suffix == GGUF:
        return _read_gguf(folder, overrides)
    folder = _choose(folder, size)
    if (folder / "params.json").is_file():
        return _read_meta(folder, overrides)
    return _read_transformers(folder, overrides)


def _choose(folder: Path, size: str | None) -> Path:
    if not folder.is_dir():
        raise CheckpointError(f"--llama {folder}: there is no such folder")
    if size is not None:
        folder = folder / size
    if any((folder / name).is_file() for name in ("params.json", "config.json")):
        return folder
    inner = [p.parent for p in sorted(folder.glob("*/params.json"))]
    if len(inner) == 1:
        return inner[0]
    if inner:
        names = ", ".join(p.name for p in inner)
        raise CheckpointError(f"{folder} holds several models ({names}): choose with --llama-type")
    raise CheckpointError(
        f"{folder} holds neither params.json (Meta's layout) nor config.json (transformers')"
    )


def _read_meta(folder: Path, overrides: Mapping[str, LazyTensor]) -> Llama:
    params = read_json(folder / "params.json")
    paths = sorted(folder.glob("consolidated.*.pth")) or sorted(folder.glob("*.pth"))
    # The published checkpoint brings every weight; then shards beside it need not be there.
    whole = "tok_embeddings.weight" in overrides and "output.weight" in overrides
    files = [] if whole else [TensorFile(path) for path in paths]
    if not whole and not files:
        raise CheckpointError(
            f"{folder} holds no consolidated.*.pth, and no adapter file brings LLaMA's weights"
        )
    meta = {**_concat_shards(files, int(_number(folder, params, "dim"))), **overrides}
    try:
        config = _meta_config(folder, params, meta)
        check_sizes(config, str(folder / "params.json"))
    except INVALID as cause:
        raise invalid_config(folder / "params.json", cause) from cause
    state = {}
    for key, tensor in meta.items():
        name = language_model_name(key)
        if name is None and not key.endswith(UNUSED):
            raise CheckpointError(f"{folder} holds {key}, which is no tensor of LLaMA")
        if name is not None:
            state[name] = split_halves(name, tensor, config)
    tokenizer = _tokenizer_folder(folder)
    return Llama(folder, config, state, tokenizer, files, exact_vocabulary=True)


def _read_gguf(path: Path, overrides: Mapping[str, LazyTensor]) -> Llama:
    config, stored, file = read_gguf(path)
    state = {name: split_halves(name, tensor, config) for name, tensor in stored.items()}
    for key, tensor in overrides.items():
        name = str(language_model_name(key))
        state[name] = split_halves(name, tensor, config)
    beside = path.absolute().parent
    has_own = any((beside / name).is_file() for name in ("tokenizer.model", "tokenizer.json"))
    tokenizer = beside if has_own else path
    return Llama(path, config, state, tokenizer, [file], exact_vocabulary=False)


def _concat_shards(files: list[TensorFile], dim: int) -> dict[str, LazyTensor]:
    plans = [file.plan() for file in files]
    if not plans:
        return {}
    for file, plan in zip(files, plans, strict=True):
        if odd := set(plan) ^ set(plans[0]):
            raise CheckpointError(f"{file.path} and {files[0].path.name} differ in {min(odd)}")
    if len(plans) == 1:
        return plans[0]
    return {key: _concat_pieces(key, [plan[key] for plan in plans], dim) for key in plans[0]}


def _concat_pieces(key: str, parts: list[LazyTensor], dim: int) -> LazyTensor:
    """One tensor from the pieces that each model-parallel process held."""
    if len(parts[0].shape) < 2:
        return parts[0]
    columns = key.endswith(ROW_CUT)
    if key == "tok_embeddings.weight":  # cut by columns in LLaMA 1 and 2, by rows in Llama 3
        columns = parts[0].shape[1] != dim
    dim = 1 if columns else 0
    return concat(parts, lambda pieces: torch.cat(pieces, dim=dim))


def _meta_config(
    folder: Path, params: dict[str, Any], meta: Mapping[str, LazyTensor]
) -> LlamaConfig:
    for key in ("tok_embeddings.weight", "layers.0.feed_forward.w1.weight"):
        if key not in meta:
            raise CheckpointError(f"the weights for {folder} lack {key}")
    heads = int(_number(folder, params, "n_heads"))
    embedding = meta["tok_embeddings.weight"]
    rope = dict(LLAMA_3_1_ROPE) if params.get("use_scaled_rope") else {"rope_type": "default"}
    return LlamaConfig(
        vocab_size=embedding.shape[0],
        hidden_size=int(_number(folder, params, "dim")),
        intermediate_size=meta["layers.0.feed_forward.w1.weight"].shape[0],
        num_hidden_layers=int(_number(folder, params, "n_layers")),
        num_attention_heads=heads,
        num_key_value_heads=int(params.get("n_kv_heads") or heads),
        rms_norm_eps=float(_number(folder, params, "norm_eps")),
        rope_parameters={**rope, "rope_theta": float(params.get("rope_theta", ROPE_THETA))},
        max_position_embeddings=int(params.get("max_seq_len", CONTEXT)),
        attention_bias=True,
        mlp_bias=True,
        tie_word_embeddings=False,
    )


def _number(folder: Path, params: dict[str, Any], name: str) -> float:
    found = params.get(name)
    if not isinstance(found, int | float) or found <= 0:
        raise CheckpointError(f"{folder / 'params.json'}: {name} should be a number, not {found!r}")
    return found


def _tokenizer_folder(folder: Path) -> Path:
    for place in (folder, folder.absolute().parent):
        if any((place / name).is_file() for name in ("tokenizer.model", "tokenizer.json")):
            return place
    raise CheckpointError(f"no tokenizer.model beside or above {folder}")


def _read_transformers(folder: Path, overrides: Mapping[str, LazyTensor]) -> Llama:
    config = _transformers_config(folder / "config.json")
    if config.model_type != "llama" and overrides:
        raise CheckpointError(
            f"{folder} holds a {config.model_type}; this adapter's {min(overrides)} belongs to a LLaMA"
        )
    files = [TensorFile(path) for path in weight_files(folder)]
    if not files and "tok_embeddings.weight" not in overrides:
        raise CheckpointError(
            f"{folder} holds no weights (model.safetensors or pytorch_model.bin), and no adapter "
            "file brings them"
        )
    found = {key: tensor for file in files for key, tensor in file.plan().items()}
    state = {key: tensor for key, tensor in found.items() if not key.endswith(UNUSED)}
    for key, tensor in overrides.items():
        name = str(language_model_name(key))
        state[name] = split_halves(name, tensor, config)
    if config.tie_word_embeddings:
        state.pop("lm_head.weight", None)
    tokenizer = _tokenizer_folder(folder)
    return Llama(folder, config, state, tokenizer, files, exact_vocabulary=False)


def _transformers_config(path: Path) -> PreTrainedConfig:
    """The configuration of a language model, from the keys of its own class alone."""
    stored = read_json(path)
    kind = stored.get("model_type")
    if not isinstance(kind, str) or kind not in TEXT_CONFIGS:
        raise CheckpointError(
            f"{path} describes a {kind}, which music cannot enter; one of these is needed: "
            f"{', '.join(TEXT_CONFIGS)}"
        )
    try:
        config = TEXT_CONFIGS[kind](**network_only(TEXT_CONFIGS[kind], stored))
        check_sizes(config, "its network")
    except CheckpointError as cause:
        raise CheckpointError(f"{path}: {cause}") from cause
    except INVALID as cause:
        raise invalid_config(path, cause) from cause
    for added in BIASES.get(kind, ()):
        setattr(config, added, True)
    return config


def split_halves(name: str, tensor: LazyTensor, config: PreTrainedConfig) -> LazyTensor:
    """Reorder rotary rows: Meta rotates neighbouring rows together, transformers halves of a head.

    Rows of q and k, of their biases and of LoRA's B alike; LoRA's A has no rows of a head.
    """
    if not is_rotary(name):
        return tensor
    heads = config.num_attention_heads if ".q_proj." in name else config.num_key_value_heads
    if not tensor.shape or tensor.shape[0] % (2 * heads):
        return tensor  # not of these sizes, and refused for it with everything else that is not

    def reorder(rows: Tensor) -> Tensor:
        pairs = rows.reshape(heads, -1, 2, *rows.shape[1:])
        return pairs.transpose(1, 2).reshape(rows.shape)

    return tensor.then(reorder)
