"""A name becomes a folder, and the folder a model that is ready to answer, with its tokenizer.

Names: a model that ships with the package (shipped.py), a folder that convert.py or `save_pretrained`
wrote, or a repository of the Hugging Face hub. Each tensor keeps its stored type unless one type for
all is asked for, and LoRA is merged as soon as all are there. Knows nothing of music files or prompts.
"""

from pathlib import Path

import torch
from transformers import PreTrainedTokenizerFast

from mullama.checkpoints.base import with_base
from mullama.checkpoints.find_base import FETCHED, HUB_NAME, fetched
from mullama.checkpoints.model_folder import ModelFolder, is_model_folder, read_model_folder
from mullama.checkpoints.placement import named_dtype, place, usable_device
from mullama.checkpoints.shipped import default_model, shipped_folder
from mullama.checkpoints.stored_encoder import (
    StoredEncoder,
    read_encoder_file,
    read_encoder_folder,
)
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.checkpoints.weights import load_weights
from mullama.errors import CheckpointError
from mullama.jobs.digest import file_digest
from mullama.jobs.safe_paths import is_file
from mullama.listen.encoders.encoder import EncoderModel
from mullama.model import MuLlamaForConditionalGeneration

RUN_MODEL = "model"
"""The folder of the finished model, inside a training run's."""


def resolve(name: str | Path | None) -> Path:
    """The folder of a model: packaged, on this machine, or fetched from the hub once."""
    name = default_model() if name is None else name
    if (shipped := shipped_folder(name)) is not None:
        return shipped
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
    if not HUB_NAME.fullmatch(str(name)):
        raise CheckpointError(f"there is no folder {name}, and it is no name of a hub repository")
    return fetched(str(name))


def digests(name: str | Path | None = None) -> dict[str, str]:
    """Name -> digest of every file that a model of that name is made of. Raises CheckpointError."""
    folder = resolve(name)
    files = sorted({path for pattern in FETCHED for path in folder.glob(pattern)})
    return {path.name: file_digest(path, error_type=CheckpointError) for path in files}


def load_model(
    name: str | Path | None = None,
    dtype: str | None = None,
    device: str | None = None,
    base: Path | None = None,
) -> tuple[MuLlamaForConditionalGeneration, PreTrainedTokenizerFast]:
    """Open a model for answering: LoRA merged, in eval mode, without gradients.

    `dtype` is one of float32, bfloat16, float16, for every tensor (but an encoder on a CPU, which
    runs in float32); by default each keeps its own.
    `device` as in torch, by default a GPU where there is one. `base` is the language model of a folder
    that holds an adapter alone (base.py). Raises CheckpointError, UsageError.
    """
    model, tokenizer = open_model(resolve(name), dtype, device, base)
    model.merge_lora()
    model.eval().requires_grad_(False)
    return model, tokenizer


def open_model(
    folder: Path, dtype: str | None = None, device: str | None = None, base: Path | None = None
) -> tuple[MuLlamaForConditionalGeneration, PreTrainedTokenizerFast]:
    """Open a model's folder as it is stored, with LoRA apart: what training begins with."""
    checked = with_base(read_model_folder(folder), base)
    tokenizer = load_tokenizer(folder, rows=checked.config.text_config.vocab_size)
    placement = place(checked.config, checked.tensors, dtype, device)
    model = load_weights(checked, placement)
    if checked.generation is not None:
        model.generation_config = checked.generation
    return model, tokenizer


def open_carrier(
    name: str | Path | None = None,
    dtype: str | None = None,
    device: str | None = None,
    base: Path | None = None,
) -> MuLlamaForConditionalGeneration:
    """Open what carries a Listening into the language model, LoRA merged, and leave the rest unread.

    The bridge, the shifts, and value and output projections of the adapted layers. Raises CheckpointError,
    UsageError.
    """
    return _open_hearing(with_base(read_model_folder(resolve(name)), base), dtype, device, ())


def open_listener(
    name: str | Path | None = None,
    dtype: str | None = None,
    device: str | None = None,
    base: Path | None = None,
) -> tuple[MuLlamaForConditionalGeneration, PreTrainedTokenizerFast]:
    """As `open_carrier`, with the encoder, the tokenizer and how to sample: all but the answering."""
    checked = with_base(read_model_folder(resolve(name)), base)
    model = _open_hearing(checked, dtype, device, ("encoder.",))
    if checked.generation is not None:
        model.generation_config = checked.generation
    return model, load_tokenizer(checked.path, rows=checked.config.text_config.vocab_size)


def _open_hearing(
    checked: ModelFolder, dtype: str | None, device: str | None, more: tuple[str, ...]
) -> MuLlamaForConditionalGeneration:
    layers = range(checked.config.text_config.num_hidden_layers)[-checked.config.adapted_layers :]
    projections = tuple(
        f"language_model.model.layers.{layer}.self_attn.{part}."
        for layer in layers
        for part in ("v_proj", "o_proj")
    )
    placement = place(checked.config, checked.tensors, dtype, device)
    model = load_weights(checked, placement, parts=("bridge.", "shifts.", *projections, *more))
    model.merge_lora()
    return model.eval().requires_grad_(False)


def find_encoder(name: str | Path | None = None) -> StoredEncoder:
    """What a name stands for, as far as that shows without reading weights; see `open_encoder`."""
    if name is not None and is_file(Path(name)):
        return read_encoder_file(Path(name))
    return read_encoder_folder(resolve(name))


def open_encoder(
    name: str | Path | None = None,
    dtype: str | None = None,
    device: str | None = None,
    *,
    random_seed: int | None = None,
) -> EncoderModel:
    """Open the encoder of a model, as `load_model` would, without reading the language model.

    A folder may also hold a bare encoder, and a file ImageBind (see stored_encoder.py). With
    `random_seed` its weights are drawn instead of read. Raises CheckpointError, UsageError.
    """
    found = find_encoder(name)
    if random_seed is not None or not is_model_folder(found.path):
        encoder = found.trained() if random_seed is None else found.fresh(random_seed)
        where, chosen = usable_device(device), named_dtype(dtype)
        return encoder.to(where, torch.float32 if where.type == "cpu" else chosen)
    checked = read_model_folder(found.path)
    placement = place(checked.config, checked.tensors, dtype, device)
    encoder = load_weights(checked, placement, parts=("encoder.",)).encoder
    return encoder.eval().requires_grad_(False)
