"""Planned tensors become safetensors files of bounded size, in the layout that transformers reads.

Written tensor by tensor, straight into the format (a length, a JSON header, the values one after
the other; https://huggingface.co/docs/safetensors), so that memory holds one tensor at a time.
Knows no model and no names.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

import torch

from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.weight_files import CODES
from mullama.errors import CheckpointError

SHARD_BYTES = 2 * 10**9
"""A file is closed before it would grow beyond this."""
RELEASE_BYTES = 2**28
"""Sources are unmapped whenever this much has been read from them."""
ALIGNMENT = 8
"""Of the header's end, as the format wants it."""


def write_shards(
    folder: Path,
    plan: Mapping[str, LazyTensor],
    *,
    release: Callable[[], None],
    progress: Callable[[int], object],
    limit: int = SHARD_BYTES,
) -> None:
    """Write every planned tensor into `folder`; `progress` is told the bytes of each when done."""
    shards = _divide(plan, limit)
    names = _file_names(len(shards))
    for name, shard in zip(names, shards, strict=True):
        with (folder / name).open("wb") as file:
            _write(file, {key: plan[key] for key in shard}, release, progress)
            file.flush()
            os.fsync(file.fileno())
    if len(shards) > 1:
        index = {
            "metadata": {"total_size": sum(tensor.bytes for tensor in plan.values())},
            "weight_map": {k: n for n, shard in zip(names, shards, strict=True) for k in shard},
        }
        text = json.dumps(index, indent=2, sort_keys=True)
        (folder / "model.safetensors.index.json").write_text(text + "\n", encoding="utf-8")


def _file_names(count: int) -> list[str]:
    if count == 1:
        return ["model.safetensors"]
    return [f"model-{n:05d}-of-{count:05d}.safetensors" for n in range(1, count + 1)]


def _divide(plan: Mapping[str, LazyTensor], limit: int) -> list[list[str]]:
    shards: list[list[str]] = [[]]
    size = 0
    for name, tensor in plan.items():
        if size and size + tensor.bytes > limit:
            shards.append([])
            size = 0
        shards[-1].append(name)
        size += tensor.bytes
    return shards


def _write(
    file: BinaryIO,
    plan: Mapping[str, LazyTensor],
    release: Callable[[], None],
    progress: Callable[[int], object],
) -> None:
    file.write(_header(plan))
    since_release = 0
    for planned in plan.values():
        made = planned.make().contiguous()
        if tuple(made.shape) != planned.shape or made.dtype != planned.dtype:
            raise CheckpointError(f"{planned.origin} changed while it was being read")
        # Through uint8, because numpy has no bfloat16; no copy is made.
        file.write(made.reshape(-1).view(torch.uint8).numpy().data)
        progress(planned.bytes)
        since_release += planned.bytes
        del made
        if since_release >= RELEASE_BYTES:
            release()
            since_release = 0


def _header(plan: Mapping[str, LazyTensor]) -> bytes:
    entries: dict[str, object] = {"__metadata__": {"format": "pt"}}
    start = 0
    for name, tensor in plan.items():
        end = start + tensor.bytes
        shape, code = list(tensor.shape), CODES[tensor.dtype]
        entries[name] = {"dtype": code, "shape": shape, "data_offsets": [start, end]}
        start = end
    text = json.dumps(entries, separators=(",", ":")).encode()
    text += b" " * (-len(text) % ALIGNMENT)
    return len(text).to_bytes(8, "little") + text
