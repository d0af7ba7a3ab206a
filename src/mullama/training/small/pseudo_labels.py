"""Listenings become the facts that the encoder's probes read in them.

The bridge and the language model are to say what can be read in a Listening. A thousand pieces are few
enough to be memorised, so that training on the truths themselves would reward memory; what linear
probes read is as true on new clips as on those, and always follows from the Listening. Does not know
how Listenings are made.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from mullama.studio.compose.composer import STYLES
from mullama.studio.compose.harmony import all_keys
from mullama.studio.compose.piece import METRES
from mullama.studio.instruments import INSTRUMENTS, in_listing_order
from mullama.studio.truth import MOODS, Truth
from mullama.training.small.attributes import are_singers, named_above, tempo_centres
from mullama.training.small.build_model import SmallTrainableModel
from mullama.training.small.features import FeatureSet

WORDS: dict[str, Sequence[str]] = {
    "style": tuple(STYLES),
    "metre": METRES,
    "key": all_keys(),
    "mood": MOODS,
    "lead": tuple(INSTRUMENTS),
}
"""Fact -> the words that its probe chooses from."""
BATCH = 1024
SURE: dict[str, float] = {"style": 0.4, "metre": 0.45, "key": 0.3, "mood": 0.3, "lead": 0.4}
"""Share of the likeliest word below which a fact is left open, to be answered "not clear"."""
SURE_TEMPO = 0.4
"""Likewise for the likeliest tempo and its two neighbours."""
MAYBE_SUNG = -2.0
"""Logit of a singer from which on, up to that of those who are named, it is open whether anybody sings."""


@torch.no_grad()
def pseudo_labels(trainable: SmallTrainableModel, features: FeatureSet) -> FeatureSet:
    """The same Listenings with what the probes read, open where they are unsure; silence stays."""
    trainable.eval()
    truths: list[Truth] = []
    read: list[dict[str, Tensor]] = []
    for start in range(0, len(features.truths), BATCH):
        rows = slice(start, start + BATCH)
        feature = trainable.model.bridge.feature(features.listenings[rows].float())
        logits = trainable.probes(feature)
        truths += _facts(logits, features.truths[rows])
        read.append(logits)
    together = {fact: torch.cat([one[fact] for one in read]) for fact in read[0]}
    return replace(features, truths=tuple(truths), read=together)


def _facts(logits: dict[str, Tensor], truths: Sequence[Truth]) -> list[Truth]:
    names = list(INSTRUMENTS)
    best = {fact: logits[fact].softmax(1).max(1) for fact in WORDS}
    chosen = {fact: share.indices.tolist() for fact, share in best.items()}
    sure = {fact: (share.values > SURE[fact]).tolist() for fact, share in best.items()}
    tempos, tempo_shares = (part.tolist() for part in read_tempo(logits["tempo"]))
    heard = logits["instruments"]
    named = (heard > named_above()) | (heard == heard.amax(1, keepdim=True))
    singers = are_singers()
    found = []
    for row, truth in enumerate(truths):
        if truth.silent:
            found.append(truth)
            continue
        known: dict[str, Any] = {
            fact: words[chosen[fact][row]] if sure[fact][row] else None
            for fact, words in WORDS.items()
        }
        maybe = not named[row, singers].any() and heard[row, singers].max().item() > MAYBE_SUNG
        present = {names[place] for place in named[row].nonzero().flatten().tolist()}
        tempo = round(tempos[row]) if tempo_shares[row] > SURE_TEMPO else None
        known |= {"tempo_bpm": tempo, "instruments": in_listing_order(present), "maybe_sung": maybe}
        found.append(replace(truth, **known, listed=True, instrumental=False))
    return found


def read_tempo(
    logits: Float[Tensor, "clip bins"],
) -> tuple[Float[Tensor, " clip"], Float[Tensor, " clip"]]:
    """Logits -> BPM, the mean around the likeliest bin, and the share of the bins around it."""
    shares = logits.softmax(1)
    best = shares.argmax(1, keepdim=True)
    near = (torch.arange(shares.shape[1]) - best).abs() <= 1
    shares = shares * near
    total = shares.sum(1)
    return torch.exp2((shares * tempo_centres()).sum(1) / total), total
