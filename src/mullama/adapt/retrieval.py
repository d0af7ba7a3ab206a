"""A music feature is blended with its nearest neighbours of an index, as LLaMA-Adapter's kNN cache does.

The k most similar vectors (inner product) are weighted by softmax(temperature * similarity), their
mean is normalised, blended with the feature and normalised again. Off unless asked for. Knows
nothing of audio or of the language model.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from mullama.errors import CheckpointError, MissingExtraError, UsageError

SHARPNESS = 20.0
"""Temperature of the softmax over similarities, as published."""


@dataclass(frozen=True)
class Retrieval:
    """Vectors to lean on, and how much."""

    vectors: Tensor
    """(entries, features), unit length."""
    k: int = 100
    """Neighbours that count; never more than there are entries."""
    weight: float = 0.0
    """Share of the neighbours in the blend, 0 to 1."""

    def __post_init__(self) -> None:
        if self.k < 1:
            raise UsageError(f"retrieval needs at least one neighbour, not k = {self.k}")
        if not 0.0 <= self.weight <= 1.0:
            raise UsageError(f"the retrieval weight lies between 0 and 1, not at {self.weight}")

    def __call__(self, feature: Tensor) -> Tensor:
        """Unit vectors (clip, features) -> unit vectors (clip, features), each clip by itself."""
        vectors = self.vectors.to(feature.device, torch.float32)
        if vectors.shape[1] != feature.shape[1]:
            raise CheckpointError(
                f"the retrieval index holds vectors of {vectors.shape[1]} numbers, but this model's "
                f"music features have {feature.shape[1]}"
            )
        own = feature.float()
        similar, nearest = (own @ vectors.T).topk(min(self.k, len(vectors)), dim=-1)
        share = torch.softmax(SHARPNESS * similar, dim=-1)
        mean = functional.normalize((share[..., None] * vectors[nearest]).sum(dim=1), dim=-1)
        blend = (1 - self.weight) * own + self.weight * mean
        return functional.normalize(blend, dim=-1).to(feature.dtype)


def load_vectors(folder: str | Path) -> Tensor:
    """Read `vectors.npy` or, through faiss, a flat `knn.index` from a folder -> (entries, features)."""
    folder = Path(folder)
    stored, index = folder / "vectors.npy", folder / "knn.index"
    if stored.is_file():
        vectors = _stored_vectors(stored)
    elif index.is_file():
        vectors = _faiss_vectors(index)
    else:
        raise CheckpointError(f"{folder} holds neither vectors.npy nor knn.index")
    if vectors.ndim != 2 or not len(vectors):
        raise CheckpointError(f"{folder}: expected a table of vectors, found shape {vectors.shape}")
    return torch.from_numpy(np.ascontiguousarray(vectors, dtype=np.float32))


def _stored_vectors(stored: Path) -> np.ndarray:
    try:
        return np.asarray(np.load(stored, allow_pickle=False))
    except (ValueError, OSError) as cause:
        raise CheckpointError(
            f"{stored} is not a plain table of numbers; pickled objects are never opened"
        ) from cause


def _faiss_vectors(index: Path) -> np.ndarray:
    try:
        import faiss
    except ImportError as cause:
        raise MissingExtraError("faiss", "retrieval", f"reading {index}") from cause
    try:
        opened = faiss.read_index(str(index))
        return np.asarray(opened.reconstruct_n(0, opened.ntotal))
    except RuntimeError as cause:
        raise CheckpointError(f"{index} is not a faiss index with stored vectors") from cause
