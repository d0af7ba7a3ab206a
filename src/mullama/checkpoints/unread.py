"""A model's folder becomes a model whose decoder layers and head are read one by one, as they are asked for.

So that whoever makes each of them smaller never has them all in memory. Everything else is there at once.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from transformers import PreTrainedTokenizerFast

from mullama.answer.llama import decoder_layers
from mullama.checkpoints.base import with_base
from mullama.checkpoints.export.language_model import PREFIX, read_language_model
from mullama.checkpoints.model_folder import ModelFolder, read_model_folder
from mullama.checkpoints.placement import Placement, place
from mullama.checkpoints.skeleton import HEAD
from mullama.checkpoints.store import resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.checkpoints.weights import load_weights, put_tensor
from mullama.load_options import LoadOptions
from mullama.model import MuLlamaForConditionalGeneration

AT_ONCE = ("encoder.", "bridge.", "shifts.", f"{PREFIX}model.embed_tokens.", f"{PREFIX}model.norm.")


@dataclass(frozen=True)
class UnreadModel:
    """A model for answering, LoRA merged, most of whose language model is on the meta device."""

    model: MuLlamaForConditionalGeneration
    tokenizer: PreTrainedTokenizerFast
    fill: Callable[[str], None]
    """Read what of the language model begins with a name, such as `model.layers.3.`; CheckpointError."""


def open_unread(options: LoadOptions) -> UnreadModel:
    """Open a model as `load_model` does, but for its decoder layers and its head.

    Raises CheckpointError, UsageError.
    """
    path = resolve(options.model)
    folder = with_base(read_model_folder(path), options.base)
    tokenizer = load_tokenizer(path, rows=folder.config.text_config.vocab_size)
    placement = place(folder.config, folder.tensors, options.dtype, options.device)
    language = read_language_model(folder, options.dtype)
    tied = (HEAD,) if folder.config.text_config.tie_word_embeddings else ()
    model = load_weights(folder, placement, parts=(*AT_ONCE, *tied))
    if folder.generation is not None:
        model.generation_config = folder.generation
    model.merge_lora()
    model.keep_values()
    if model.shifts.values is not None and model.shifts.values.is_meta:
        put_tensor(model, "shifts.values", _base_values(folder, model, placement))
    model.eval().requires_grad_(False)

    def fill(module: str) -> None:
        for name, tensor in language.state.items():
            if name.startswith(module):
                # A copy, because the file that it is mapped from may be changed by others.
                read = tensor.make().to(placement.device, placement.text, copy=True)
                put_tensor(model.language_model, name, read)
        language.release()

    return UnreadModel(model, tokenizer, fill)


def _base_values(
    folder: ModelFolder, model: MuLlamaForConditionalGeneration, placement: Placement
) -> torch.Tensor:
    """The adapted layers' value projections without LoRA, through which the music enters."""
    source, layers = folder.open(), len(decoder_layers(model.language_model))
    names = [
        f"{PREFIX}model.layers.{layer}.self_attn.v_proj.weight"
        for layer in range(layers - model.config.adapted_layers, layers)
    ]
    read = [source.plan[name].make().to(placement.device, placement.text) for name in names]
    return torch.stack(read)
