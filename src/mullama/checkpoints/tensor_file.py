"""A weight file becomes named tensors that are read when they are needed, and not before.

A pickled file (.pth, .bin) or a safetensors file is mapped, never read whole; nothing that a pickle
wants to run is run. Knows no model and no names.
"""

import argparse
import contextlib
import pickle
import re
import struct
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.pickle_limits import check_pickled, is_zip
from mullama.errors import CheckpointError

UNREADABLE = (
    *(pickle.UnpicklingError, SafetensorError, zipfile.BadZipFile, struct.error, RuntimeError),
    *(OSError, EOFError, LookupError, ValueError, TypeError, AttributeError, AssertionError),
    *(MemoryError, ArithmeticError),
)
"""What torch, zipfile and safetensors raise on bytes that are not theirs."""


class TensorFile:
    """The tensors of one file by name. Opened at the first question; `release` unmaps what was read.

    Everything here raises CheckpointError for a file that is missing, broken or no file of weights.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._mapped: dict[str, Tensor] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors, in the file's order."""
        return tuple(self._tensors())

    def read(self, name: str) -> Tensor:
        """The tensor of that name, backed by the file wherever its format allows."""
        return self._tensors()[name]

    def plan(self) -> dict[str, LazyTensor]:
        """Every tensor of the file as it stands."""
        return {name: self._lazy(name, tensor) for name, tensor in self._tensors().items()}

    def release(self) -> None:
        """Forget the mapping: pages of the file that were read no longer count as ours."""
        self._mapped = None

    def _lazy(self, name: str, found: Tensor) -> LazyTensor:
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


def _map(path: Path) -> dict[str, Tensor]:
    if path.suffix == ".safetensors":
        with safe_open(path, framework="pt") as opened:
            return {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    check_pickled(path)
    with _allowing_namespace(), warnings.catch_warnings(action="ignore"):  # what it cannot read
        found = torch.load(path, map_location="cpu", weights_only=True, mmap=is_zip(path))
    state = found.get("model", found) if isinstance(found, Mapping) else found
    if not isinstance(state, Mapping):
        raise CheckpointError(f"{path} holds a {type(state).__name__}, not named tensors")
    tensors = {str(k): v for k, v in state.items() if isinstance(v, Tensor)}
    if not tensors:
        raise CheckpointError(f"{path} holds no tensors")
    for name, tensor in tensors.items():
        if not _is_stored(tensor):
            raise CheckpointError(f"{path}: the numbers of {name} are not in the file as they are")
    return tensors


def _is_stored(tensor: Tensor) -> bool:
    """Whether each number lies in the file: not sparse, not without memory, not one number repeated."""
    if tensor.device.type != "cpu" or tensor.layout != torch.strided or tensor.is_quantized:
        return False
    return tensor.numel() * tensor.itemsize <= tensor.untyped_storage().nbytes()


@contextlib.contextmanager
def _allowing_namespace() -> Iterator[None]:
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
