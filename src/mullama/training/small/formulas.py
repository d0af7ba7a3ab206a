"""How well each lag serves as the beat is added to what the probe of tempo reads, with a weight that is given.

Ears that know their recordings by heart cannot learn from them how far to trust a formula. So the map from
its scores to the states is not learnt but solved for: it moves the tempo's logits and, as far as 256 numbers
allow, no other fact's. Everything behind the encoder then learns from Listenings that have it.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.listen.encoders.spectra import BEATS, lag_seconds
from mullama.studio.spectra_set import SpectraSet
from mullama.training.checkpoints import TrainingError
from mullama.training.small.attributes import tempo_centres
from mullama.training.small.build_model import SmallTrainableModel

MEASURED = 256
"""Clips by which the size of a feature is known before it is brought to length one."""
SMALLEST = 1e-2
"""Directions of the probes, as a share of the largest, below which they are not told apart."""


@torch.no_grad()
def add_beats(trainable: SmallTrainableModel, music: SpectraSet, weight: float) -> None:
    """Set the encoder's map of beat scores: each adds `weight` times itself to the logit of its tempo.

    Raises TrainingError for an encoder without formulas.
    """
    model, probes = trainable.model, trainable.probes
    if model.encoder.formulas is None:
        raise TrainingError("beats are for an encoder with `formulas: true`")
    trainable.eval()
    model.encoder.formulas.beats.weight.zero_()  # what an earlier beginning of the phase set
    weights = {name: p.get_parameter("weight") for name, p in probes.probes.items()}
    names = [name for name, rows in weights.items() for _ in rows]
    is_tempo = torch.tensor([name == "tempo" for name in names])
    moved = torch.linalg.pinv(torch.cat([*weights.values()]), rtol=SMALLEST)[:, is_tempo]
    moved = moved @ tempos_of_beats()
    mixed = model.bridge.mix(_states(model.encoder, music).transpose(1, 2)).squeeze(-1)
    size = mixed.norm(dim=1).mean() / probes.scale / model.bridge.mix.weight[0, 0]
    model.encoder.formulas.beats.weight.copy_(weight * size * moved)


def tempos_of_beats() -> Float[Tensor, "bins beats"]:
    """Which lags' scores a bin of the tempo takes: the two that it lies between, as it lies between them."""
    lags = torch.tensor(lag_seconds()[BEATS])
    rising = torch.log2(60 / lags).flip(0)
    centres = tempo_centres()
    above = torch.searchsorted(rising, centres).clamp(1, len(rising) - 1)
    part = ((centres - rising[above - 1]) / (rising[above] - rising[above - 1])).clamp(0, 1)
    found = torch.zeros(len(centres), len(rising))
    found.scatter_(1, (above - 1)[:, None], (1 - part)[:, None])
    found.scatter_(1, above[:, None], part[:, None])
    return found.flip(1)


def _states(encoder: FilterbankEncoder, music: SpectraSet) -> Float[Tensor, "clip states features"]:
    count = min(MEASURED, len(music))
    chosen = torch.linspace(0, len(music) - 1, count).round().long()
    return torch.cat([encoder.attend(music.spectra(some)) for some in chosen.split(32)])
