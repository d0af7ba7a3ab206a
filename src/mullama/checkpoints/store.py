"""A name becomes a folder, and the folder a model that is ready to answer, with its tokenizer.

Names: the small model that ships with the package, a folder that convert.py or `save_pretrained`
wrote, or a repository of the Hugging Face hub. Tensors are read one at a time, each in its stored
type unless one type for all is asked for, and LoRA is merged as soon as all are there. Knows
nothing of music files or prompts.
"""

import re
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerFast

from mullama.checkpoints.pieces import PieceTokenizer
from mullama.checkpoints.tensors import INVALID, invalid_config, read_config, weight_files
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError, UsageError
from mullama.model import MuLlamaForConditionalGeneration

RUN_MODEL = "model"
"""The folder of the finished model, inside a training run's."""
SMALL = "small"
"""Name of the model that ships with the package."""
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
FETCHED = ["*.safetensors", "*.json", "*.txt", "*.model"]
"""What is fetched from the hub: nothing that could run."""
EMBEDDING = "language_model.model.embed_tokens.weight"
HEAD = "language_model.lm_head.weight"
"""Not stored where it is the embedding itself."""


def resolve(name: str | Path | None) -> Path:
    """The folder of a model: packaged, on this machine, or fetched from the hub once."""
    if name is None or str(name) == SMALL:
        return Path(__file__).parents[1] / "weights" / SMALL
    folder = Path(name)
    if folder.is_dir():
        # A run's folder keeps its finished model in a folder of that name.
        inside = folder / RUN_MODEL
        is_run = not (folder / "config.json").exists() and (inside / "config.json").is_file()
        return inside if is_run else folder
    if folder.exists():
        raise CheckpointError(
            f"{folder} is a file; make a folder of it first: mullama convert --adapter {folder} ..."
        )
    if not re.fullmatch(r"[\w-][\w.-]*/[\w.-]+", str(name)):
        raise CheckpointError(f"there is no folder {name}, and it is no name of a hub repository")
    try:
        return Path(snapshot_download(str(name), allow_patterns=FETCHED))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as cause:
        raise CheckpointError(
            f"{name} is no folder here, and could not be fetched from the Hugging Face hub "
            f"({type(cause).__name__}): check the name and the network"
        ) from cause


def load_model(
    name: str | Path | None = None, dtype: str | None = None, device: str | None = None
) -> tuple[MuLlamaForConditionalGeneration, PreTrainedTokenizerFast]:
    """Open a model for answering: LoRA merged, in eval mode, without gradients.

    `dtype` is one of float32, bfloat16, float16, for every tensor (but an encoder on a CPU, which
    runs in float32); by default each keeps its own.
    `device` as in torch, by default a GPU where there is one. Raises CheckpointError, UsageError.
    """
    model, tokenizer = open_model(resolve(name), dtype, device)
    model.merge_lora()
    model.eval().requires_grad_(False)
    return model, tokenizer


def open_model(
    folder: Path, dtype: str | None = None, device: str | None = None
) -> tuple[MuLlamaForConditionalGeneration, PreTrainedTokenizerFast]:
    """Open a model's folder as it is stored, with LoRA apart: what training begins with."""
    config = load_config(folder)
    place = _device(device)
    with torch.device("meta"):
        model = MuLlamaForConditionalGeneration(config)
    _fill(model, folder, _dtype(dtype), place)
    if (folder / "generation_config.json").is_file():
        stored = read_config(folder / "generation_config.json")
        model.generation_config = GenerationConfig.from_dict(stored)
    return model, load_tokenizer(folder)


def open_encoder(
    name: str | Path | None = None, dtype: str | None = None, device: str | None = None
) -> PreTrainedModel:
    """Open what hears in a model, as `load_model` would, without reading what answers."""
    folder = resolve(name)
    with torch.device("meta"):
        model = MuLlamaForConditionalGeneration(load_config(folder))
    _fill(model, folder, _dtype(dtype), _device(device), part="encoder.")
    encoder: PreTrainedModel = model.encoder
    return encoder.eval().requires_grad_(False)


def load_config(folder: Path) -> MuLlamaConfig:
    """The configuration of a model's folder."""
    stored = read_config(folder / "config.json")
    if stored.get("model_type") != MuLlamaConfig.model_type:
        raise CheckpointError(
            f"{folder} holds a {stored.get('model_type')}, not a model of ours: see mullama convert"
        )
    try:
        return MuLlamaConfig.from_dict(stored)
    except INVALID as cause:
        raise invalid_config(folder / "config.json", cause) from cause


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a model's folder, without a search through transformers' classes."""
    settings = read_config(folder / "tokenizer_config.json")
    made = read_config(folder / "tokenizer.json")
    for unneeded in ("tokenizer_class", "tokenizer_file", "processor_class", "backend"):
        settings.pop(unneeded, None)
    pieces = isinstance(made.get("model"), dict) and made["model"].get("byte_fallback")
    kind = PieceTokenizer if pieces else PreTrainedTokenizerFast
    return kind(tokenizer_file=str(folder / "tokenizer.json"), **settings)


def _device(name: str | None) -> torch.device:
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as cause:
        reason = str(cause).splitlines()[0]
        raise UsageError(f"the device {name!r} cannot be used: {reason}") from cause


def _dtype(name: str | None) -> torch.dtype | None:
    if name is not None and name not in DTYPES:
        raise UsageError(f"unknown dtype {name!r}; choose one of: {', '.join(DTYPES)}")
    return None if name is None else DTYPES[name]


def weights(folder: Path) -> list[Path]:
    """The safetensors files of a model's folder."""
    files = [path for path in weight_files(folder) if path.suffix == ".safetensors"]
    if not files:
        raise CheckpointError(f"{folder} holds no model.safetensors: is it a whole model's folder?")
    return files


def open_safetensors(path: Path) -> Any:
    """A safetensors file, for reading tensors of it by name."""
    # Read rather than mapped: a mapped page counts twice once LoRA is merged or a type changed.
    try:
        return safe_open(path, framework="pt", backend="pread")
    except (SafetensorError, OSError) as cause:
        raise CheckpointError(
            f"{path} is truncated or no safetensors file: fetch it again"
        ) from cause


def _fill(
    model: MuLlamaForConditionalGeneration,
    folder: Path,
    dtype: torch.dtype | None,
    device: torch.device,
    *,
    part: str = "",
) -> None:
    """Give every parameter its stored numbers, and every other buffer its own.

    Only those whose names begin with `part`; the others stay without numbers.
    """
    state = model.state_dict().items()
    missing = {key: tuple(tensor.shape) for key, tensor in state if key.startswith(part)}
    homes = {path: _keys(path) for path in weights(folder)}
    types = _Types(model.config, homes, dtype, device)
    for path, keys in homes.items():
        with open_safetensors(path) as file:
            for key in keys:
                if not key.startswith(part):
                    continue
                tensor = _read(file, key, path)
                if missing.pop(key, None) != tuple(tensor.shape):
                    shape = tuple(tensor.shape)
                    raise CheckpointError(f"{path}: {key} {shape} does not fit config.json")
                _put(model, key, tensor.to(device, types.of(key, tensor.dtype)))
    if model.config.text_config.tie_word_embeddings and missing.pop(HEAD, None):
        _put(model, HEAD, model.get_parameter(EMBEDDING))
    if missing:
        raise CheckpointError(f"{folder}: {len(missing)} tensors are missing, {min(missing)} first")
    _restore_buffers(model, device)


class _Types:
    """Which type each tensor is to have: the one asked for, or the one that it is stored in.

    A configuration may name a wider type to run in than the stored one, never a narrower.
    """

    def __init__(
        self,
        config: MuLlamaConfig,
        homes: dict[Path, list[str]],
        dtype: torch.dtype | None,
        device: torch.device,
    ) -> None:
        self.all = dtype
        self.on_cpu = device.type == "cpu"
        self.encoder: torch.dtype | None = config.audio_config.dtype
        # One type must go through all of a decoder: its embedding's.
        self.text = dtype or _wider(_stored_dtype(homes, EMBEDDING), config.text_config.dtype)

    def of(self, key: str, stored: torch.dtype) -> torch.dtype:
        """The type of the tensor of that name, which is `stored` as another."""
        if ".lora_" in key:  # as precise as it is stored until it has been added
            return stored
        if key.startswith("language_model."):
            return self.text
        encoder = key.startswith("encoder.")
        if encoder and self.on_cpu:
            # Convolutions and attention in half precision are a hundred times slower on many CPUs.
            return torch.float32
        return self.all or _wider(stored, self.encoder if encoder else self.text)


def _wider(stored: torch.dtype, wanted: torch.dtype | None) -> torch.dtype:
    return stored if wanted is None else torch.promote_types(stored, wanted)


def _keys(path: Path) -> list[str]:
    with open_safetensors(path) as file:
        return list(file.keys())


def _stored_dtype(homes: dict[Path, list[str]], key: str) -> torch.dtype:
    for path, keys in homes.items():
        if key in keys:
            with open_safetensors(path) as file:
                return file.get_slice(key)[:0].dtype
    raise CheckpointError(f"{key} is missing in {min(homes).parent}")


def _read(file: Any, key: str, path: Path) -> Tensor:
    try:
        return file.get_tensor(key)
    except (SafetensorError, OSError) as cause:
        raise CheckpointError(f"{path}: {key} cannot be read: fetch the file again") from cause


def _put(model: nn.Module, key: str, tensor: Tensor) -> None:
    owner, _, name = key.rpartition(".")
    module = model.get_submodule(owner)
    if name in module._parameters:
        if not isinstance(tensor, nn.Parameter):  # a tied one stays the same one
            tensor = nn.Parameter(tensor, requires_grad=False)
        module._parameters[name] = tensor
    else:
        module._buffers[name] = tensor


def _restore_buffers(model: MuLlamaForConditionalGeneration, device: torch.device) -> None:
    """Work out the buffers that are not stored (rotary angles), which have no numbers yet."""
    for module in model.modules():
        hollow = [
            name
            for name, buffer in module._buffers.items()
            if buffer is not None and buffer.is_meta
        ]
        for name in hollow:
            module._buffers[name] = torch.empty_like(module._buffers[name], device=device)
        if hollow:
            model._init_weights(module)
