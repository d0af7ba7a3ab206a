"""What probes read becomes the truth that is trained on; what is not known stays open."""

from dataclasses import replace

import pytest
import torch

from mullama.studio.compose.harmony import all_keys
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.silence import NOTHING
from mullama.studio.truth import Truth
from mullama.training.recipe import ModelSizes
from mullama.training.small.attributes import CHOICES, targets, tempo_shares
from mullama.training.small.build_model import SmallTrainableModel, fresh_model
from mullama.training.small.features import FeatureSet
from mullama.training.small.pseudo_labels import SURE, SURE_TEMPO, WORDS, pseudo_labels, read_tempo
from mullama.training.small.tokens import train_tokenizer

SIZES = ModelSizes(hidden=32, layers=2, heads=2, inner=32, adapted_layers=2, bridge_width=32)
WALTZ = Truth(("piano",), "waltz", 90, "3/4", "B minor", "sad", "piano")
BEAT = Truth(("drums",), None, None, "4/4", None, None, None)


@pytest.fixture(scope="module")
def trainable() -> SmallTrainableModel:
    return SmallTrainableModel(fresh_model(SIZES, train_tokenizer(["Yes. No."], 300), 0))


def test_sure_facts_are_the_probes_own_and_unsure_ones_stay_open(
    trainable: SmallTrainableModel,
) -> None:
    torch.manual_seed(0)
    features = trainable.model.config.audio_config.hidden_size
    listenings = torch.randn(3, trainable.model.config.states, features).half()
    with torch.no_grad():
        unsure = pseudo_labels(
            trainable, FeatureSet(listenings, (WALTZ, BEAT, NOTHING), torch.arange(3))
        )
        for probe in trainable.probes.probes.values():
            probe.weight.mul_(30)
        logits = trainable.probes(trainable.model.bridge.feature(listenings.float()))
        sure = pseudo_labels(
            trainable, FeatureSet(listenings, (WALTZ, BEAT, NOTHING), torch.arange(3))
        )
        for probe in trainable.probes.probes.values():
            probe.weight.div_(30)
    assert torch.equal(sure.listenings, listenings)
    for row in range(2):
        assert sure.truths[row].key == all_keys()[logits["key"][row].argmax()]
        assert sure.truths[row].style is not None
        assert sure.truths[row].instruments
        assert set(sure.truths[row].instruments) <= set(INSTRUMENTS)
        open_facts = unsure.truths[row]
        assert (open_facts.style, open_facts.key, open_facts.tempo_bpm) == (None, None, None)
    assert sure.truths[2] == unsure.truths[2] == NOTHING
    # As vectors they say how sure they are; and of silence, that nothing sounds.
    styles = logits["style"].softmax(1)
    probable = sure.facts(probable=True)
    torch.testing.assert_close(probable[:2, : styles.shape[1]], styles[:2])
    assert unsure.facts(probable=True)[:2, : styles.shape[1]].max() < SURE["style"]
    assert torch.equal(probable[2:], targets([NOTHING]).vector())
    assert torch.equal(unsure.facts(probable=False), targets(unsure.truths).vector())


def test_of_a_recording_all_that_is_read_is_taken(trainable: SmallTrainableModel) -> None:
    features = trainable.model.config.audio_config.hidden_size
    listenings = torch.randn(1, trainable.model.config.states, features).half()
    recording = replace(NOTHING, key="D major", listed=False)
    [read] = pseudo_labels(trainable, FeatureSet(listenings, (recording,), torch.arange(1))).truths
    assert read.instruments
    assert read.listed


@pytest.mark.parametrize(
    ("logit", "sings", "maybe"), [(-0.8, True, False), (-1.5, False, True), (-2.5, False, False)]
)
def test_a_singer_who_is_not_sure_may_be_there(
    trainable: SmallTrainableModel, logit: float, sings: bool, maybe: bool
) -> None:
    features = trainable.model.config.audio_config.hidden_size
    listenings = torch.randn(1, trainable.model.config.states, features).half()
    probe = trainable.probes.probes["instruments"]
    before = probe.weight.clone(), probe.bias.clone()
    with torch.no_grad():
        probe.weight.zero_()
        probe.bias.fill_(-5.0)
        probe.bias[[*INSTRUMENTS].index("piano")] = 3.0
        probe.bias[[*INSTRUMENTS].index("male singer")] = logit
        [read] = pseudo_labels(trainable, FeatureSet(listenings, (WALTZ,), torch.arange(1))).truths
        probe.weight.copy_(before[0])
        probe.bias.copy_(before[1])
    assert (bool(read.singers), read.maybe_sung) == (sings, maybe)


@pytest.mark.parametrize("bpm", [61, 90, 120, 177])
def test_a_tempo_between_two_bins_is_read_between_them(bpm: int) -> None:
    shares = tempo_shares(torch.tensor([bpm]).log2())
    tempo, share = read_tempo(shares.clamp_min(1e-9).log())
    assert tempo.item() == pytest.approx(bpm, rel=0.012)
    assert share.item() > SURE_TEMPO


def test_every_choice_has_words_and_a_threshold() -> None:
    assert {fact: len(words) for fact, words in WORDS.items()} == CHOICES
    assert WORDS.keys() == SURE.keys()
