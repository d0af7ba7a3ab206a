"""A folder with vectors.npy, or with a flat knn.index of faiss, becomes a table of vectors.

What a file's header says of sizes is compared with the file before it is read: neither numpy nor faiss
does, and both take as much memory as they are told to. Does not know what the vectors are for.
"""

import math
import struct
import tokenize
import warnings
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float
from numpy.lib import format as npy
from torch import Tensor

from mullama.errors import CheckpointError, MissingExtraError

FLAT = frozenset({b"IxFI", b"IxF2", b"IxFl"})
"""What a flat index begins with; others hold codes in place of vectors, or graphs around them."""
FLAT_HEADER = struct.Struct("<4siq")
"""The kind, how many numbers a vector has, how many vectors there are."""
HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
"""Version of a .npy file -> what reads its header."""
INVALID_HEADER = (
    *(ValueError, TypeError, LookupError, SyntaxError, EOFError),
    *(OverflowError, MemoryError, RecursionError, OSError, tokenize.TokenError),
)
"""What numpy raises on the header of a file that is not its own."""


def load_vectors(folder: str | Path) -> Float[Tensor, "entries features"]:
    """Read the vectors of a folder, vectors.npy before knn.index. Raises CheckpointError."""
    folder = Path(folder)
    stored, index = folder / "vectors.npy", folder / "knn.index"
    if stored.is_file():
        path, vectors = stored, _npy_vectors(stored)
    elif index.is_file():
        path, vectors = index, _faiss_vectors(index)
    else:
        raise CheckpointError(f"{folder} holds neither vectors.npy nor knn.index")
    if not np.isfinite(vectors).all():
        raise CheckpointError(f"{path} holds NaN or infinite numbers")
    return torch.from_numpy(np.ascontiguousarray(vectors, dtype=np.float32))


def _npy_vectors(path: Path) -> np.ndarray:
    refused = f"{path} is not a plain table of numbers; pickled objects are never opened"
    try:
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            version = npy.read_magic(file)
            shape, _, dtype = HEADERS[version](file)
            room = path.stat().st_size - file.tell()
    except INVALID_HEADER as cause:
        raise CheckpointError(refused) from cause
    if dtype.hasobject or dtype.kind not in "fiu":
        raise CheckpointError(refused)
    if len(shape) != 2 or min(shape) < 1:
        raise CheckpointError(f"{path}: expected a table of vectors, found shape {shape}")
    if math.prod(shape) * dtype.itemsize != room:
        raise CheckpointError(f"{path} is not as long as its header says: fetch it again")
    try:
        return np.asarray(np.load(path, allow_pickle=False))
    except (ValueError, OSError, MemoryError) as cause:
        raise CheckpointError(f"{path} cannot be read: {cause}") from cause


def _faiss_vectors(path: Path) -> np.ndarray:
    try:
        import faiss
    except ImportError as cause:
        raise MissingExtraError("faiss", "retrieval", f"reading {path}") from cause
    refused = CheckpointError(
        f"{path} is not a flat faiss index, which holds the vectors themselves"
    )
    _check_flat(path, refused)
    try:
        opened = faiss.read_index(str(path))
        return np.asarray(opened.reconstruct_n(0, opened.ntotal))
    except (RuntimeError, MemoryError, ValueError) as cause:
        raise refused from cause


def _check_flat(path: Path, refused: CheckpointError) -> None:
    """Raise `refused` unless a file begins as a flat index of the size that it has."""
    try:
        with path.open("rb") as file:
            kind, features, entries = FLAT_HEADER.unpack(file.read(FLAT_HEADER.size))
    except (OSError, struct.error) as cause:
        raise refused from cause
    needed = features * entries * np.dtype(np.float32).itemsize
    if kind not in FLAT or features < 1 or entries < 1 or needed > path.stat().st_size:
        raise refused
