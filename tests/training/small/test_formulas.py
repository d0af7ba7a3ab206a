"""What the formula of the beat adds: to the tempo, as far as it is told, and to nothing else."""

import pytest
import torch

from mullama.listen.encoders.spectra import BEATS, beat_scores, lag_seconds
from mullama.studio.silence import NOTHING
from mullama.studio.spectra_set import SpectraSet
from mullama.training.checkpoints import TrainingError
from mullama.training.recipe import ModelSizes
from mullama.training.small.attributes import TEMPO_BINS, tempo_centres
from mullama.training.small.build_model import SmallTrainableModel, fresh_model
from mullama.training.small.formulas import add_beats, tempos_of_beats
from mullama.training.small.tokens import train_tokenizer


def trainable(**encoder: object) -> SmallTrainableModel:
    sizes = ModelSizes(
        hidden=32, layers=2, heads=2, inner=48, adapted_layers=2, bridge_width=32,
        encoder={"hidden_size": 256, "intermediate_size": 32, "tuned_pitches": True, **encoder},
    )  # fmt: skip
    return SmallTrainableModel(fresh_model(sizes, train_tokenizer(["Yes."] * 3, 300), 0))


@pytest.fixture
def music() -> SpectraSet:
    """Beats at several tempos, with nothing else known of them."""
    random = torch.Generator().manual_seed(0)
    onsets = torch.zeros(6, 4, 1000, dtype=torch.uint8)
    for clip, frames in enumerate((40, 50, 55, 65, 80, 90)):
        onsets[clip, :, ::frames] = 200
    return SpectraSet(
        torch.randint(0, 200, (6, 100, 500), generator=random, dtype=torch.uint8),
        onsets,
        torch.randint(0, 60, (6, 96, 50), generator=random, dtype=torch.uint8),
        (NOTHING,) * 6,
        torch.zeros(6, dtype=torch.bool),
    )


def test_a_beat_moves_the_tempo_and_no_other_fact(music: SpectraSet) -> None:
    model = trainable(key_profiles=True, beat_multiples=True, formulas=True)
    scores = beat_scores(music.spectra(slice(None)).onsets)

    def read() -> dict[str, torch.Tensor]:
        model.eval()
        with torch.no_grad():
            states = model.model.encoder.attend(music.spectra(slice(None)))
            mixed = model.model.bridge.mix(states.transpose(1, 2)).squeeze(-1)
            size = mixed.norm(dim=1).mean()
            return {
                name: probe.get_parameter("weight") @ mixed.T * model.probes.scale
                for name, probe in model.probes.probes.items()
            } | {"size": size}

    before = read()
    add_beats(model, music, 0.5)
    after = read()
    moved = (after["tempo"] - before["tempo"]).T / before["size"]
    torch.testing.assert_close(moved, 0.5 * scores @ tempos_of_beats().T, rtol=0.05, atol=0.02)
    for name in ("style", "key", "mood", "instruments"):
        torch.testing.assert_close(after[name], before[name], rtol=1e-3, atol=1e-2)


def test_a_tempo_takes_the_scores_of_the_lags_beside_it() -> None:
    shares = tempos_of_beats()
    assert shares.shape == (TEMPO_BINS, BEATS.stop - BEATS.start)
    torch.testing.assert_close(shares.sum(1), torch.ones(TEMPO_BINS))
    rates = torch.log2(60 / torch.tensor(lag_seconds()[BEATS]))
    torch.testing.assert_close(shares @ rates, tempo_centres(), atol=0.02, rtol=0)


def test_an_encoder_without_formulas_says_so(music: SpectraSet) -> None:
    with pytest.raises(TrainingError, match="formulas: true"):
        add_beats(trainable(), music, 1.0)
