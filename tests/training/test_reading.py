"""What heads read becomes the truth that is taught; what is not known stays open."""

import pytest
import torch

from mullama.studio.harmony import all_keys
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.truth import Truth
from mullama.training.attributes import CHOICES, TEMPO_BINS, tempo_centres, tempo_shares
from mullama.training.hearings import Hearings
from mullama.training.pupil import Pupil, fresh_model
from mullama.training.reading import as_read, read_tempo
from mullama.training.recipe import ModelSizes
from mullama.training.silence import NOTHING
from mullama.training.tokens import train_tokenizer

SIZES = ModelSizes(hidden=32, layers=2, heads=2, inner=32, adapted_layers=2, bridge_width=32)
WALTZ = Truth(("piano",), "waltz", 90, "3/4", "B minor", "sad", "piano")
BEAT = Truth(("drums",), None, None, "4/4", None, None, None)


@pytest.fixture(scope="module")
def pupil() -> Pupil:
    return Pupil(fresh_model(SIZES, train_tokenizer(["Yes. No."], 300), 0))


def test_facts_are_the_heads_own_and_open_ones_stay_open(pupil: Pupil) -> None:
    torch.manual_seed(0)
    features = pupil.model.config.audio_config.hidden_size
    listenings = torch.randn(3, pupil.model.config.states, features).half()
    found = as_read(pupil, Hearings(listenings, (WALTZ, BEAT, NOTHING)))
    assert torch.equal(found.listenings, listenings)
    with torch.no_grad():
        logits = pupil.heads(pupil.model.bridge.feature(listenings.float()))
    waltz, beat, nothing = found.truths
    assert waltz.key == all_keys()[logits["key"][0].argmax()]
    assert waltz.instruments
    assert set(waltz.instruments) <= set(INSTRUMENTS)
    assert (beat.style, beat.tempo_bpm, beat.key, beat.lead) == (None, None, None, None)
    assert beat.metre is not None
    assert nothing == NOTHING


@pytest.mark.parametrize("bpm", [61, 90, 120, 177])
def test_a_tempo_between_two_bins_is_read_between_them(bpm: int) -> None:
    shares = tempo_shares(torch.tensor([bpm]).log2())
    assert read_tempo(shares.clamp_min(1e-9).log()).item() == pytest.approx(bpm, rel=0.012)
    assert shares.shape == (1, TEMPO_BINS)
    assert tempo_centres().diff().min() > 0
    assert set(CHOICES) == {"style", "metre", "key", "mood", "lead"}
