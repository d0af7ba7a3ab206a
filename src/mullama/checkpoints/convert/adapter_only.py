"""What an adapter file changed of a language model, told apart from what is the language model's own.

Published files hold the whole language model beside the adapter, unchanged but for norms and biases. What is
equal to the base's is left to the base; a matrix that is not equal cannot be, and is refused, since
the folder must hold no weights of the base.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from mullama.checkpoints.base import PREFIX
from mullama.checkpoints.convert.llama import Llama, read_llama, split_halves
from mullama.checkpoints.convert.tensor_names import language_model_name
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.errors import CheckpointError


@dataclass(frozen=True)
class ApartLlama:
    """A language model, and what of it is left to the base."""

    language: Llama
    """With what the adapter file trained."""
    base: Llama
    """As it was found, without that."""
    left_out: frozenset[str]
    """Names, in the model that is made, of tensors that stay in the base."""


def read_apart(
    folder: Path, overrides: Mapping[str, LazyTensor], size: str | None = None
) -> ApartLlama:
    """Read a language model as `read_llama` does, and tell the base's own tensors apart.

    `overrides` are an adapter file's, under Meta's names. Raises CheckpointError.
    """
    base = read_llama(folder, {}, size)
    trained = {key: one for key, one in overrides.items() if not _is_own(key, one, base)}
    changed = {language_model_name(key) for key in trained}
    left_out = frozenset(f"{PREFIX}{name}" for name in base.state if name not in changed)
    return ApartLlama(read_llama(folder, trained, size), base, left_out)


def read_together(
    folder: Path, overrides: Mapping[str, LazyTensor], size: str | None = None
) -> ApartLlama:
    """The same with nothing left out."""
    language = read_llama(folder, overrides, size)
    return ApartLlama(language, language, frozenset())


def _is_own(key: str, tensor: LazyTensor, base: Llama) -> bool:
    """Whether an adapter file's tensor is the base's, in the adapter file's type."""
    name = str(language_model_name(key))
    own = base.state.get(name)
    if own is None or own.shape != tensor.shape:  # LoRA, biases; other sizes are refused elsewhere
        return False
    found = split_halves(name, tensor, base.config).make()
    if torch.equal(own.make().to(found.dtype), found):
        return True
    if found.dim() > 1:
        raise CheckpointError(
            f"{tensor.origin} is another matrix than that of {base.folder}: give --llama the weights that "
            "it was trained with, or leave --adapter-only out"
        )
    return False
