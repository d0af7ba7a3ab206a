"""What a user asks for becomes the device and the type of each tensor. Knows names, no files."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from mullama.checkpoints.skeleton import EMBEDDING
from mullama.checkpoints.weight_files import StoredTensor
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError, UsageError

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}


@dataclass(frozen=True)
class Placement:
    """Where the tensors of one model go, and in which type.

    A configuration may name a wider type to run in than the stored one, never a narrower.
    """

    device: torch.device
    dtype: torch.dtype | None
    """Asked for every tensor; None leaves each its own."""
    text: torch.dtype
    """Of the whole decoder, through which one type must go: its embedding's."""
    encoder: torch.dtype | None
    """What the encoder's configuration asks for."""

    def dtype_of(self, key: str, stored: torch.dtype) -> torch.dtype:
        """The type of the tensor of that name, which is `stored` as another."""
        if ".lora_" in key:  # as precise as it is stored until it has been added
            return stored
        if key.startswith("language_model."):
            return self.text
        encoder = key.startswith("encoder.")
        if encoder and self.device.type == "cpu":
            # Convolutions and attention in half precision are a hundred times slower on many CPUs.
            return torch.float32
        return self.dtype or _wider(stored, self.encoder if encoder else self.text)


def place(
    config: MuLlamaConfig,
    tensors: Mapping[str, StoredTensor],
    dtype: str | None = None,
    device: str | None = None,
) -> Placement:
    """The placement of a model's stored `tensors`. Raises UsageError for what cannot be had."""
    chosen = named_dtype(dtype)
    # Where only an adapter is stored, without the embedding, the configuration says.
    embedding = tensors.get(EMBEDDING)
    stored = config.text_config.dtype if embedding is None else embedding.dtype
    if stored is None:
        raise CheckpointError(f"{EMBEDDING} is missing")
    text = chosen or _wider(stored, config.text_config.dtype)
    return Placement(usable_device(device), chosen, text, config.audio_config.dtype)


def usable_device(name: str | None) -> torch.device:
    """The device of that name, by default a GPU where there is one. Raises UsageError for another."""
    if name is None:
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as cause:
        reason = str(cause).splitlines()[0]
        raise UsageError(f"the device {name!r} cannot be used: {reason}") from cause
    if device.type == "meta":
        raise UsageError("the device 'meta' cannot be used: it has no memory")
    return device


def named_dtype(name: str | None) -> torch.dtype | None:
    """The type of that name. Raises UsageError for one that no model is computed in."""
    if name is not None and name not in DTYPES:
        raise UsageError(f"unknown dtype {name!r}; choose one of: {', '.join(DTYPES)}")
    return None if name is None else DTYPES[name]


def _wider(stored: torch.dtype, wanted: torch.dtype | None) -> torch.dtype:
    return stored if wanted is None else torch.promote_types(stored, wanted)
