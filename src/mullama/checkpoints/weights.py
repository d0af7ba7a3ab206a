"""A model's folder becomes a model with its weights, read one tensor at a time onto its device."""

from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor, nn

from mullama.checkpoints.model_folder import ModelFolder
from mullama.checkpoints.placement import Placement
from mullama.checkpoints.skeleton import EMBEDDING, HEAD, build_skeleton, needed_shapes
from mullama.checkpoints.weight_files import open_safetensors
from mullama.errors import CheckpointError
from mullama.model import MuLlamaForConditionalGeneration

RELEASE_BYTES = 2**28
"""A base is unmapped whenever this much has been read from it."""
UNREADABLE = (SafetensorError, OSError, RuntimeError, MemoryError, ValueError)
"""What reading one tensor raises: a file that has changed, memory that there is not."""


def load_weights(
    folder: ModelFolder, placement: Placement, *, parts: tuple[str, ...] = ("",)
) -> MuLlamaForConditionalGeneration:
    """The folder's model, with LoRA apart, each tensor where and as `placement` says.

    Only the tensors whose names begin with one of `parts` are read; the others stay on the meta device.
    Shapes are compared before anything is read. Raises CheckpointError.
    """
    model = build_skeleton(folder.config, folder.shapes, str(folder.path))
    needed = needed_shapes(model)
    check_shapes(folder, needed, parts)
    for path in folder.files:
        with open_safetensors(path) as file:
            for key, header in folder.tensors.items():
                if header.path == path and key in needed and key.startswith(parts):
                    tensor = _read(file, key, path)
                    dtype = placement.dtype_of(key, tensor.dtype)
                    put_tensor(model, key, tensor.to(placement.device, dtype))
    _load_base(model, folder, placement, parts)
    if model.config.text_config.tie_word_embeddings and HEAD.startswith(parts):
        put_tensor(model, HEAD, model.get_parameter(EMBEDDING))
    _restore_buffers(model, placement.device)
    return model


def _load_base(
    model: MuLlamaForConditionalGeneration,
    folder: ModelFolder,
    placement: Placement,
    parts: tuple[str, ...],
) -> None:
    """Read what a folder that holds an adapter alone takes from its base."""
    if folder.base is None:
        return
    unreleased = 0
    for key, tensor in folder.base.plan.items():
        if key.startswith(parts):
            # A copy, because the file that it is mapped from may be changed by others.
            dtype = placement.dtype_of(key, tensor.dtype)
            put_tensor(model, key, tensor.make().to(placement.device, dtype, copy=True))
            unreleased += tensor.bytes
        if unreleased >= RELEASE_BYTES:
            folder.base.release()
            unreleased = 0


def check_shapes(
    folder: ModelFolder, needed: dict[str, tuple[int, ...]], parts: tuple[str, ...] = ("",)
) -> None:
    """Refuse what is unknown, of another shape, or missing from `parts`. Raises CheckpointError."""
    for key, header in folder.tensors.items():
        tied = key == HEAD and key not in needed
        if needed.get(key) != header.shape and not tied:
            raise CheckpointError(f"{header.path}: {key} {header.shape} does not fit config.json")
    missing = {key for key in needed.keys() - folder.tensors.keys() if key.startswith(parts)}
    if missing:
        raise CheckpointError(
            f"{folder.path}: {len(missing)} tensors are missing, {min(missing)} first"
        )


def _read(file: Any, key: str, path: Path) -> Tensor:
    try:
        return file.get_tensor(key)
    except UNREADABLE as cause:
        raise CheckpointError(f"{path}: {key} cannot be read: fetch the file again") from cause


def put_tensor(model: nn.Module, key: str, tensor: Tensor) -> None:
    """Give a model its tensor of that name."""
    owner, _, name = key.rpartition(".")
    module = model.get_submodule(owner)
    if name in module._parameters:
        if not isinstance(tensor, nn.Parameter):  # a tied one stays the same one
            tensor = nn.Parameter(tensor, requires_grad=False)
        module._parameters[name] = tensor
    else:
        module._buffers[name] = tensor


def _restore_buffers(model: MuLlamaForConditionalGeneration, device: torch.device) -> None:
    """Compute the buffers that are not stored (rotary angles) on the device."""
    for module in model.modules():
        empty = {
            name: buffer
            for name, buffer in module._buffers.items()
            if buffer is not None and buffer.is_meta
        }
        for name, buffer in empty.items():
            module._buffers[name] = torch.empty_like(buffer, device=device)
        if empty:
            model._init_weights(module)
