"""A model's folder becomes its language model alone: one type, LoRA merged, read as it is written.

Knows names and shapes; what is made of the tensors stands beside it. Knows no music.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedConfig

from mullama.answer.lora import add_update
from mullama.checkpoints.lazy_tensor import LazyTensor, concat
from mullama.checkpoints.model_folder import ModelFolder
from mullama.checkpoints.placement import place
from mullama.checkpoints.skeleton import build_skeleton, needed_shapes
from mullama.checkpoints.weights import check_shapes

PREFIX = "language_model."
"""Of its tensors' names in a model's folder."""
HEAD = "lm_head.weight"


@dataclass(frozen=True)
class LanguageModel:
    """A stock language model that is about to be written."""

    config: PreTrainedConfig
    state: dict[str, LazyTensor]
    """By transformers' names; the output projection is not among them where it is the embedding."""
    dtype: torch.dtype
    adapted_layers: int
    """How many of its last layers music enters."""
    release: Callable[[], None]
    """Forget what was read of the files so far."""

    @property
    def head_dim(self) -> int:
        """Numbers that one head of the attention holds."""
        text: Any = self.config
        stated = getattr(text, "head_dim", None)
        return int(stated or text.hidden_size // text.num_attention_heads)


def read_language_model(folder: ModelFolder, dtype: str | None = None) -> LanguageModel:
    """The language model of a folder, in the type that it runs in here, or in another.

    Shapes are compared before anything is read. Raises CheckpointError.
    """
    check_shapes(
        folder, needed_shapes(build_skeleton(folder.config, folder.shapes, str(folder.path)))
    )
    running = place(folder.config, folder.tensors, dtype, "cpu").text
    source = folder.open()
    stored = {
        name.removeprefix(PREFIX): tensor
        for name, tensor in source.plan.items()
        if name.startswith(PREFIX)
    }
    if folder.config.text_config.tie_word_embeddings:
        stored.pop(HEAD, None)
    state = {
        name: _merged(name, tensor, stored, running)
        for name, tensor in sorted(stored.items())  # as they are stored says nothing
        if ".lora_" not in name
    }
    return LanguageModel(
        folder.config.text_config, state, running, folder.config.adapted_layers, source.release
    )


def _merged(
    name: str, tensor: LazyTensor, stored: dict[str, LazyTensor], dtype: torch.dtype
) -> LazyTensor:
    """One tensor in the type that it is written in, with its update of low rank, if it has one."""

    def cast(whole: Tensor) -> Tensor:
        return whole.to(dtype)

    module, _, kind = name.rpartition(".")
    update = [stored.get(f"{module}.lora_{half}") for half in "AB"]
    if kind != "weight" or None in update:
        return tensor.then(cast)
    parts = [tensor.then(cast), *(half for half in update if half is not None)]
    return concat(parts, lambda pieces: add_update(*pieces))
