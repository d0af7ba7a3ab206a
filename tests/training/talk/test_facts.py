"""What probes read in Listenings."""

import torch

from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.training.recipe import ModelSizes
from mullama.training.small.build_model import SmallTrainableModel, fresh_model
from mullama.training.small.features import FeatureSet
from mullama.training.small.pseudo_labels import pseudo_labels
from mullama.training.small.tokens import train_tokenizer
from mullama.training.talk.facts import fit_probes

WALTZ = Truth(("violin",), "waltz", 90, "3/4", "C major", "calm", "violin")
BEAT = Truth(("piano", "drums"), "jazz", 120, "4/4", "Eb minor", "dark", "piano")


def test_probes_read_what_is_true_and_nothing_else_learns() -> None:
    sizes = ModelSizes(hidden=32, layers=1, heads=2, inner=32, adapted_layers=1)
    trainable = SmallTrainableModel(fresh_model(sizes, train_tokenizer(["Yes. No."], 300), 0))
    before = {n: p.clone() for n, p in trainable.model.named_parameters()}
    states, width = trainable.model.config.states, trainable.model.encoder.features
    torch.manual_seed(0)
    features = FeatureSet(
        torch.randn(3, states, width).half(), (WALTZ, BEAT, NOTHING), torch.arange(3)
    )
    fit_probes(trainable, features, seed=1)
    assert pseudo_labels(trainable, features).truths == features.truths
    assert all(torch.equal(p, before[n]) for n, p in trainable.model.named_parameters())
