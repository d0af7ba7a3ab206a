"""The tensors of a GGUF file, quantised or not, read when they are needed.

What is stored in float32, float16 or bfloat16 stays in it; quantised kinds become float16, by the package
gguf, which llama.cpp's authors publish. Knows no names.
"""

from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mullama.checkpoints.gguf_header import GgufHeader, GgufTensor, read_header
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.tensor_file import TensorFile
from mullama.errors import CheckpointError, MissingExtraError

PLAIN = {0: torch.float32, 1: torch.float16, 30: torch.bfloat16}
"""GGUF's number of a type -> the same in torch."""
PIECE_BYTES = 2**16
"""Of a quantised tensor, dequantised at once: a whole one in float32 would need twice its memory again."""


class GgufFile(TensorFile):
    """The tensors of a GGUF file by its own names. Raises CheckpointError for what cannot be read."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.header: GgufHeader = read_header(path)
        self._bytes: Any = None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all tensors, in the file's order."""
        return tuple(self.header.tensors)

    def read(self, name: str) -> Tensor:
        """The tensor of that name, in a type of torch."""
        return self._lazy_of(name, self.header.tensors[name]).make()

    def plan(self) -> dict[str, LazyTensor]:
        """Every tensor of the file, each within the file's end."""
        return {name: self._lazy_of(name, one) for name, one in self.header.tensors.items()}

    def release(self) -> None:
        """Forget the mapping: pages of the file that were read no longer count as ours."""
        self._bytes = None

    def _lazy_of(self, name: str, one: GgufTensor) -> LazyTensor:
        values, size = block_size(one.kind, f"{self.path}: {name}")
        inner = one.shape[-1] if one.shape else 1
        length = prod(one.shape) // values * size
        if inner % values or one.begin + length > self.path.stat().st_size:
            raise CheckpointError(
                f"{self.path}: {name} reaches beyond the file, or is cut in a block"
            )
        dtype = PLAIN.get(one.kind, torch.float16)

        def make() -> Tensor:
            raw = self._mapped_bytes()[one.begin : one.begin + length]
            if one.kind in PLAIN:
                return torch.from_numpy(np.array(raw)).view(dtype).reshape(one.shape)
            return _dequantised(raw.reshape(-1, inner // values * size), one.kind).reshape(
                one.shape
            )

        return LazyTensor(one.shape, dtype, f"{name} of {self.path.name}", make)

    def _mapped_bytes(self) -> Any:
        if self._bytes is None:
            self._bytes = np.memmap(self.path, dtype=np.uint8, mode="r")
        return self._bytes


def block_size(kind: int, where: str) -> tuple[int, int]:
    """(values, bytes) of a block of that type. Raises CheckpointError for one that cannot be read."""
    if kind in PLAIN:
        return 1, PLAIN[kind].itemsize
    gguf = _gguf()
    try:
        sizes: tuple[int, int] = gguf.GGML_QUANT_SIZES[gguf.GGMLQuantizationType(kind)]
        _dequantised(np.zeros((1, sizes[1]), np.uint8), kind)
    except (
        ValueError,
        KeyError,
        NotImplementedError,
    ) as cause:  # no such type, no size, no dequantiser
        raise CheckpointError(f"{where} is of type {kind}, which is not read") from cause
    return sizes


def _dequantised(rows: Any, kind: int) -> Tensor:
    """(rows, bytes) -> (rows, values), float16; float32 is there of a few rows at a time alone."""
    gguf = _gguf()
    quantised = gguf.GGMLQuantizationType(kind)
    in_block, size = gguf.GGML_QUANT_SIZES[quantised]
    found = torch.empty(len(rows), rows.shape[1] // size * in_block, dtype=torch.float16)
    some = max(1, PIECE_BYTES // rows.shape[1])
    for start in range(0, len(rows), some):
        piece = np.ascontiguousarray(rows[start : start + some])
        # As one row, because gguf goes through sixteen at a time.
        values = gguf.quants.dequantize(piece.reshape(1, -1), quantised)
        found[start : start + some] = torch.from_numpy(values.reshape(len(piece), -1))
    return found


def _gguf() -> Any:
    try:
        import gguf
        import gguf.quants
    except ImportError as cause:
        raise MissingExtraError("gguf", "gguf", "a quantised GGUF file") from cause
    return gguf
