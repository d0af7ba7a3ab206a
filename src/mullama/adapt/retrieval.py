"""A music feature is blended with its nearest neighbours of an index, as LLaMA-Adapter's kNN cache does.

The k most similar vectors (inner product) are weighted by softmax(temperature * similarity), their
mean is normalised, blended with the feature and normalised again. Off unless asked for. Where the
vectors lie is in retrieval_index.py. Knows nothing of audio or of the language model.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from mullama.errors import CheckpointError, UsageError


@dataclass(frozen=True)
class Retrieval:
    """Vectors to lean on, and how much."""

    vectors: Float[Tensor, "entries features"]
    """Of unit length."""
    k: int = 100
    """Neighbours that count; never more than there are entries."""
    weight: float = 0.0
    """Share of the neighbours in the blend, 0 to 1."""
    temperature: float = 20.0
    """What similarities are multiplied by before the softmax."""

    def __post_init__(self) -> None:
        if self.k < 1:
            raise UsageError(f"retrieval needs at least one neighbour, not k = {self.k}")
        if not 0.0 <= self.weight <= 1.0:
            raise UsageError(f"the retrieval weight lies between 0 and 1, not at {self.weight}")

    def __call__(self, feature: Float[Tensor, "clip features"]) -> Float[Tensor, "clip features"]:
        """Blend unit vectors, each clip by itself; the result has unit length too.

        Raises CheckpointError for features of another size than the index holds.
        """
        vectors = self.vectors.to(feature.device, torch.float32)
        if vectors.shape[1] != feature.shape[1]:
            raise CheckpointError(
                f"the retrieval index holds vectors of {vectors.shape[1]} numbers, but this model's "
                f"music features have {feature.shape[1]}"
            )
        own = feature.float()
        similarity, nearest = (own @ vectors.T).topk(min(self.k, len(vectors)), dim=-1)
        share = torch.softmax(self.temperature * similarity, dim=-1)
        mean = functional.normalize((share[..., None] * vectors[nearest]).sum(dim=1), dim=-1)
        blend = (1 - self.weight) * own + self.weight * mean
        return functional.normalize(blend, dim=-1).to(feature.dtype)
