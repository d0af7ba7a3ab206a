"""What a probe is and how it is trained. Knows no encoder."""

from dataclasses import dataclass
from typing import Annotated

from mullama.options import Bounds, Options


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(Options):
    """A mix of hidden states, a layer of so many units, and when it has learned enough."""

    hidden: Annotated[int, Bounds(1, 2**16)] = 512
    """Units between the mixed hidden states and the tags."""
    dropout: Annotated[float, Bounds(0, 0.99)] = 0.25
    """Share of them that is silenced at each step of training."""
    learning_rate: Annotated[float, Bounds(1e-8, 10)] = 1e-3
    """Of AdamW."""
    weight_decay: Annotated[float, Bounds(0, 10)] = 0.01
    """Of AdamW."""
    batch: Annotated[int, Bounds(1, 2**20)] = 64
    """Clips a step."""
    epochs: Annotated[int, Bounds(1, 100_000)] = 200
    """Passes over the training clips at most."""
    patience: Annotated[int, Bounds(1, 100_000)] = 20
    """Stop after so many passes without a better one, by ROC-AUC on the validation clips."""
    seed: Annotated[int, Bounds(0, 2**63 - 1)] = 0
    """Of everything that is drawn: first weights, order, random encoders, resamples."""
