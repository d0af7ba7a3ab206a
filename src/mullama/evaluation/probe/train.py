"""Frozen hidden states and labels become a trained probe's scores: which tag, for which clip, how much.

The first step is the bridge's: one weight for each hidden state, free of any softmax. Each number is
brought to zero mean and unit variance over the training clips before, so that encoders of any scale
are read alike. The best pass by the validation clips counts. The same seed gives the same scores.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from mullama.evaluation.metrics.ranking import roc_auc
from mullama.evaluation.probe.options import TrainingOptions

States = Float[np.ndarray, "clips states features"]
Present = Bool[np.ndarray, "clips tags"]
CHUNK = 512
"""Clips that are in memory as float32 at once."""
LEAST_DEVIATION = 1e-5
"""A number that varies less says nothing, and is not blown up."""


class Probe(nn.Module):
    """A learned mix of the hidden states, then one hidden layer."""

    def __init__(
        self,
        mean: Float[Tensor, "states features"],
        deviation: Float[Tensor, "states features"],
        tags: int,
        options: TrainingOptions,
    ) -> None:
        super().__init__()
        states, features = mean.shape
        self.register_buffer("mean", mean)
        self.register_buffer("deviation", deviation)
        self.mix = nn.Linear(states, 1)
        nn.init.constant_(self.mix.weight, 1 / states)
        nn.init.zeros_(self.mix.bias)
        self.inner = nn.Linear(features, options.hidden)
        self.dropout = nn.Dropout(options.dropout)
        self.out = nn.Linear(options.hidden, tags)

    def forward(self, states: Float[Tensor, "clip states features"]) -> Float[Tensor, "clip tags"]:
        """Hidden states -> a logit for each tag."""
        scaled = (states - self.mean) / self.deviation
        mixed = self.mix(scaled.transpose(1, 2)).squeeze(-1)
        return self.out(self.dropout(functional.relu(self.inner(mixed))))


@dataclass(frozen=True)
class TrainedProbe:
    """A probe at its best pass."""

    probe: Probe
    epochs: int
    """Passes that were made."""
    best_epoch: int
    """The one that counts, from 1."""
    validation: float
    """Its mean ROC-AUC on the validation clips."""

    def mix(self) -> list[float]:
        """The weight of each hidden state."""
        return self.probe.mix.weight.detach()[0].tolist()

    def scores(self, states: States) -> Float[np.ndarray, "clips tags"]:
        """Hidden states -> a logit for each tag."""
        self.probe.eval()
        with torch.no_grad():
            return torch.cat([self.probe(part) for part in _chunks(states)]).numpy()


def train_probe(
    training: tuple[States, Present],
    validation: tuple[States, Present],
    options: TrainingOptions,
) -> TrainedProbe:
    """Learn from the training clips until the validation clips say stop. On the CPU."""
    states, present = training
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(options.seed)
        probe = Probe(*_moments(states), present.shape[1], options)
        optimiser = torch.optim.AdamW(
            probe.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )
        best = TrainedProbe(probe, 0, 0, -1.0)
        for epoch in range(1, options.epochs + 1):
            _learn(probe, optimiser, states, present, options.batch)
            now = TrainedProbe(probe, epoch, epoch, 0.0)
            value = mean_roc_auc(validation[1], now.scores(validation[0]))
            if value > best.validation:
                best = TrainedProbe(copy.deepcopy(probe), epoch, epoch, value)
            elif epoch - best.best_epoch >= options.patience:
                break
    return TrainedProbe(best.probe, epoch, best.best_epoch, best.validation)


def mean_roc_auc(present: Present, scores: Float[np.ndarray, "clips tags"]) -> float:
    """The mean over tags of their ROC-AUC."""
    return float(np.mean([roc_auc(*one) for one in zip(present.T, scores.T, strict=True)]))


def _learn(
    probe: Probe,
    optimiser: torch.optim.Optimizer,
    states: States,
    present: Present,
    batch: int,
) -> None:
    """One pass over the training clips, in a new order."""
    probe.train()
    for rows in torch.randperm(len(states)).split(batch):
        logits = probe(torch.from_numpy(states[rows.numpy()]).float())
        target = torch.from_numpy(present[rows.numpy()]).float()
        loss = functional.binary_cross_entropy_with_logits(logits, target)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def _moments(states: States) -> tuple[Tensor, Tensor]:
    """Mean and deviation of every number over the clips."""
    count = len(states)
    mean = sum(part.double().sum(0) for part in _chunks(states)) / count
    squares = sum((part.double() - mean).square().sum(0) for part in _chunks(states)) / count
    return mean.float(), squares.sqrt().clamp_min(LEAST_DEVIATION).float()


def _chunks(states: States) -> Iterator[Float[Tensor, "clip states features"]]:
    for start in range(0, len(states), CHUNK):
        yield torch.from_numpy(states[start : start + CHUNK]).float()
