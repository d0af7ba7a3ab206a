"""Listenings become the facts that linear probes read in them.

What is taught must follow from what is heard. The truths of the pieces do not always: what the encoder
missed, nothing behind it can learn but by heart. So probes are fitted to the truths, and what they read
is taken for the facts; what they are unsure of is not clear. Silence stays what it is.
"""

import torch
from torch import Generator

from mullama.training.small.attributes import targets
from mullama.training.small.build_model import SmallTrainableModel
from mullama.training.small.features import FeatureSet

STEPS, BATCH, LEARNING_RATE = 1200, 1024, 3e-3


def fit_probes(trainable: SmallTrainableModel, features: FeatureSet, seed: int) -> None:
    """Fit the probes of a model to what is true of Listenings; everything else stays as it is."""
    facts = targets(features.truths)
    with torch.no_grad():
        feature = trainable.model.bridge.feature(features.listenings.float())
    optimiser = torch.optim.AdamW(trainable.probes.parameters(), LEARNING_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    random = Generator().manual_seed(seed)
    for _ in range(STEPS):
        rows = torch.randint(len(feature), (BATCH,), generator=random)
        optimiser.zero_grad()
        trainable.probes.loss(feature[rows], facts[rows]).backward()
        optimiser.step()
        schedule.step()
