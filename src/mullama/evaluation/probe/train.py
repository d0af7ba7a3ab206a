"""Frozen hidden states and labels become a trained probe's scores: which tag, for which clip, how much.

The first step is the bridge's: one weight for each hidden state, free of any softmax. Each number is
brought to zero mean and unit variance over the training clips before, so that encoders of any scale
are read alike. The best pass by the validation clips counts. The same seed gives the same scores.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from mullama.evaluation.metrics.ranking import roc_auc
from mullama.evaluation.probe.options import TrainingOptions

States = Float[np.ndarray, "clips states features"]
Present = Bool[np.ndarray, "clips tags"]
Examples = tuple[Float[np.ndarray, "_ states features"], Bool[np.ndarray, "_ tags"]]
"""The states and labels of one part's clips."""
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
        self.mean: Tensor
        self.deviation: Tensor
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
        return _scores(self.probe, states)


def train_probe(
    training: Examples,
    validation: Examples,
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
        best, best_epoch, best_probe = Judgement(-1.0, 0.0), 0, probe
        for epoch in range(1, options.epochs + 1):
            _learn(probe, optimiser, states, present, options.batch)
            found = judge(validation[1], _scores(probe, validation[0]))
            if found > best:
                best, best_epoch, best_probe = found, epoch, copy.deepcopy(probe)
            elif epoch - best_epoch >= options.patience:
                break
    return TrainedProbe(best_probe, epoch, best_epoch, best.roc_auc)


class Judgement(NamedTuple):
    """How good a pass is; of two that rank few clips alike, the surer one is better."""

    roc_auc: float
    """The mean over tags."""
    log_likelihood: float
    """The mean over tags and clips, in nats."""


def judge(present: Present, scores: Float[np.ndarray, "clips tags"]) -> Judgement:
    """Logits, held against the labels."""
    values = [roc_auc(*one) for one in zip(present.T, scores.T, strict=True)]
    signed = torch.from_numpy(np.where(present, scores, -scores))
    return Judgement(float(np.mean(values)), functional.logsigmoid(signed).mean().item())


@torch.no_grad()
def _scores(probe: Probe, states: States) -> Float[np.ndarray, "clips tags"]:
    probe.eval()
    return torch.cat([probe(part) for part in _chunks(states)]).numpy()


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
    mean = torch.zeros(states.shape[1:], dtype=torch.float64)
    for part in _chunks(states):
        mean += part.double().sum(0) / len(states)
    variance = torch.zeros_like(mean)
    for part in _chunks(states):
        variance += (part.double() - mean).square().sum(0) / len(states)
    return mean.float(), variance.sqrt().clamp_min(LEAST_DEVIATION).float()


def _chunks(states: States) -> Iterator[Float[Tensor, "clip states features"]]:
    for start in range(0, len(states), CHUNK):
        yield torch.from_numpy(states[start : start + CHUNK]).float()
