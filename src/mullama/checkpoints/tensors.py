"""Weight files become named tensors that are read when they are needed, and not before.

A pickled file (.pth, .bin) or a safetensors file is mapped, never read whole; nothing that a pickle
wants to run is run. What is to be written is planned first, with its shape and type, so that every
misfit is found before the first byte is written. Knows no model and no names.
"""

import argparse
import contextlib
import json
import pickle
import re
import struct
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from huggingface_hub.errors import StrictDataclassError
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mullama.errors import CheckpointError

ZIP_MAGIC = b"PK\x03\x04"
UNREADABLE = (
    *(pickle.UnpicklingError, SafetensorError, struct.error, RuntimeError, OSError, EOFError),
    *(LookupError, ValueError, TypeError, AttributeError, AssertionError),
)
"""What torch and safetensors raise on bytes that are not theirs."""
INVALID = (StrictDataclassError, TypeError, ValueError, KeyError, AttributeError)
"""What transformers' configurations raise on values that cannot be."""


class TensorFile:
    """The tensors of one file by name; `release` unmaps what has been read so far."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mapped: dict[str, Tensor] | None = None
        self.names = tuple(self._tensors())

    def read(self, name: str) -> Tensor:
        """The tensor of that name, backed by the file wherever its format allows."""
        return self._tensors()[name]

    def plan(self) -> dict[str, "LazyTensor"]:
        """Every tensor of the file as it stands."""
        return {name: self._planned(name) for name in self.names}

    def release(self) -> None:
        """Forget the mapping: pages of the file that were read no longer count as ours."""
        self._mapped = None

    def _planned(self, name: str) -> "LazyTensor":
        found = self.read(name)
        origin = f"{name} of {self.path.name}"
        return LazyTensor(tuple(found.shape), found.dtype, origin, lambda: self.read(name))

    def _tensors(self) -> dict[str, Tensor]:
        if self._mapped is None:
            try:
                self._mapped = _map(self.path)
            except FileNotFoundError as cause:
                raise CheckpointError(f"{self.path} does not exist") from cause
            except UNREADABLE as cause:
                raise CheckpointError(_complaint(self.path, cause)) from cause
        return self._mapped


@dataclass(frozen=True)
class LazyTensor:
    """A tensor to be: its shape and type are known, its numbers are made when it is written."""

    shape: tuple[int, ...]
    dtype: torch.dtype
    origin: str
    """What it is made from, in words for an error."""
    make: Callable[[], Tensor]

    @property
    def bytes(self) -> int:
        """Size on the disk."""
        return torch.Size(self.shape).numel() * self.dtype.itemsize

    def then(self, change: Callable[[Tensor], Tensor]) -> "LazyTensor":
        """The same tensor after a change; the change is tried on the shape at once."""
        tried = change(torch.empty(self.shape, dtype=self.dtype, device="meta"))
        made = replace(self, shape=tuple(tried.shape), dtype=tried.dtype)
        return replace(made, make=lambda: change(self.make()))


def concat(parts: Iterable[LazyTensor], combine: Callable[[list[Tensor]], Tensor]) -> LazyTensor:
    """Several planned tensors made into one, as by `torch.cat` or `torch.stack`."""
    parts = list(parts)
    tried = combine([torch.empty(p.shape, dtype=p.dtype, device="meta") for p in parts])
    shape, origin = tuple(tried.shape), parts[0].origin
    return LazyTensor(shape, tried.dtype, origin, lambda: combine([part.make() for part in parts]))


def lazy_full(shape: Iterable[int], origin: str, make: Callable[[Tensor], Tensor]) -> LazyTensor:
    """A float32 tensor that no file holds; `make` fills an empty one."""
    shape = tuple(shape)
    return LazyTensor(shape, torch.float32, origin, lambda: make(torch.empty(shape)))


def weight_files(folder: Path) -> list[Path]:
    """The weight files of a transformers folder: safetensors, else pickled ones, else none."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        index = folder / f"{name}.index.json"
        if index.is_file():
            shards = sorted(set(_read_json(index).get("weight_map", {}).values()))
            files = [folder / Path(shard).name for shard in shards]
            for file in files:
                if not file.is_file():
                    raise CheckpointError(f"{file} is missing, though {index.name} lists it")
            return files
        if (folder / name).is_file():
            return [folder / name]
    return []


def invalid_config(path: Path, cause: Exception) -> CheckpointError:
    """One line for a configuration that its own class refuses, for one of `UNSOUND`."""
    return CheckpointError(f"{path} is not sound: {str(cause).splitlines()[-1].strip()}")


def read_config(path: Path) -> dict[str, Any]:
    """A JSON object from a file, or one line saying what is wrong with it."""
    if not path.is_file():
        raise CheckpointError(f"{path} does not exist")
    return _read_json(path)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as cause:
        raise CheckpointError(f"{path} cannot be read as JSON: {cause}") from cause
    if not isinstance(found, dict):
        raise CheckpointError(f"{path} should hold a JSON object")
    return found


def _map(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        with safe_open(path, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    with path.open("rb") as file:
        mapped = file.read(4) == ZIP_MAGIC
    with allowing_namespace(), warnings.catch_warnings(action="ignore"):  # what it cannot read
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    state = found.get("model", found) if isinstance(found, Mapping) else found
    if not isinstance(state, Mapping):
        raise CheckpointError(f"{path} holds a {type(state).__name__}, not named tensors")
    tensors = {str(k): v for k, v in state.items() if isinstance(v, Tensor)}
    if not tensors:
        raise CheckpointError(f"{path} holds no tensors")
    return tensors


@contextlib.contextmanager
def allowing_namespace() -> Iterator[None]:
    """Let torch's restricted unpickler build `argparse.Namespace`, which published files carry."""
    with torch.serialization.safe_globals([argparse.Namespace]):
        yield


def _complaint(path: Path, cause: BaseException) -> str:
    if path.is_dir():
        return f"{path} is a folder, not a file of weights"
    if wanted := re.search(r"GLOBAL ([\w.]+)", str(cause)):
        return (
            f"{path} asks to run {wanted[1]} when it is opened; nothing in it was run, and it was "
            "not read: take a file that holds tensors only"
        )
    return f"{path} is truncated or not a file of weights: fetch it again"
