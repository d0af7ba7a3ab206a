"""A folder becomes the weight files in it, and safetensors files the headers of their tensors.

The names of files come from an index that somebody else wrote. Knows no model.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open

from mullama.checkpoints.json_file import read_json
from mullama.errors import CheckpointError
from mullama.jobs.safe_paths import is_file

CODES = {
    torch.float64: "F64",
    torch.float32: "F32",
    torch.float16: "F16",
    torch.bfloat16: "BF16",
    torch.int64: "I64",
}
"""Types that weights may be stored in, by their names in safetensors."""
DTYPES = {code: dtype for dtype, code in CODES.items()}


@dataclass(frozen=True)
class StoredTensor:
    """The header of one tensor in a safetensors file."""

    path: Path
    shape: tuple[int, ...]
    dtype: torch.dtype

    @property
    def numel(self) -> int:
        """How many numbers it holds."""
        return torch.Size(self.shape).numel()


def weight_files(folder: Path) -> list[Path]:
    """The weight files of a transformers folder: safetensors, else pickled ones, else none."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        index = folder / f"{name}.index.json"
        if index.is_file():
            return _listed_files(index)
        if (folder / name).is_file():
            return [folder / name]
    return []


def _listed_files(index: Path) -> list[Path]:
    shards = read_json(index).get("weight_map")
    if not isinstance(shards, dict) or not all(isinstance(s, str) for s in shards.values()):
        raise CheckpointError(f"{index} should hold a weight_map of names and files")
    files = [
        index.with_name(name) for name in sorted({Path(s).name for s in shards.values()} - {""})
    ]
    for file in files:
        if not is_file(file):
            raise CheckpointError(f"{file} is missing, though {index.name} lists it")
    return files


def open_safetensors(path: Path) -> Any:
    """A safetensors file, for reading tensors of it by name. Raises CheckpointError."""
    # Read rather than mapped: a mapped page counts twice once LoRA is merged or a type changed.
    try:
        return safe_open(path, framework="pt", backend="pread")
    except (SafetensorError, OSError) as cause:
        raise CheckpointError(
            f"{path} is truncated or no safetensors file: fetch it again"
        ) from cause


def read_headers(paths: Iterable[Path]) -> dict[str, StoredTensor]:
    """The headers of all tensors in these safetensors files, by name; no number is read.

    Raises CheckpointError for a file that is broken, a type that is none of weights, and a name that
    occurs twice.
    """
    found: dict[str, StoredTensor] = {}
    for path in paths:
        with open_safetensors(path) as file:
            for name in file.keys():  # noqa: SIM118  (not a mapping)
                header = file.get_slice(name)
                if header.get_dtype() not in DTYPES:
                    raise CheckpointError(
                        f"{path}: {name} holds {header.get_dtype()}: take weights that are not quantised"
                    )
                if name in found:
                    raise CheckpointError(f"{path}: {name} is in {found[name].path.name} too")
                dtype = DTYPES[header.get_dtype()]
                found[name] = StoredTensor(path, tuple(header.get_shape()), dtype)
    return found
