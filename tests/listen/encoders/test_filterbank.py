"""The small encoder: shapes, any length, its own gradients, and what each path must not lose."""

import pytest
import torch

from mullama.config import FilterbankConfig
from mullama.listen.encoders.filterbank import FilterbankEncoder, PitchPath, frame_width
from mullama.listen.encoders.spectra import Spectra, spectra

RATE = 24_000


@pytest.fixture(scope="module")
def encoder() -> FilterbankEncoder:
    torch.manual_seed(0)
    return FilterbankEncoder(FilterbankConfig(hidden_size=32, intermediate_size=64)).eval()


def test_the_configured_width_is_the_paths_own() -> None:
    assert frame_width(FilterbankConfig()) == FilterbankConfig().conv_dim[0]


@pytest.mark.parametrize("samples", [12_000, 24_000, 100_001, 240_000])
def test_windows_of_any_length_give_a_mean_for_each_state(
    encoder: FilterbankEncoder, samples: int
) -> None:
    assert samples >= encoder.min_samples
    with torch.no_grad():
        listening = encoder(0.1 * torch.randn(2, samples))
    assert listening.shape == (2, encoder.config.num_hidden_layers + 1, 32)
    assert listening.dtype == torch.float32
    assert listening.isfinite().all()


def test_silence_gives_finite_states(encoder: FilterbankEncoder) -> None:
    with torch.no_grad():
        assert encoder(torch.zeros(1, 48_000)).isfinite().all()


def test_windows_encoded_together_are_encoded_as_alone(encoder: FilterbankEncoder) -> None:
    torch.manual_seed(1)
    sounds = 0.1 * torch.randn(3, 36_000)
    with torch.no_grad():
        alone = torch.cat([encoder(sound[None]) for sound in sounds])
        torch.testing.assert_close(encoder(sounds), alone, rtol=1e-4, atol=1e-5)


def test_training_enters_with_the_same_spectra(encoder: FilterbankEncoder) -> None:
    sound = 0.1 * torch.randn(1, 48_000)
    with torch.no_grad():
        torch.testing.assert_close(encoder.attend(spectra(sound, RATE)), encoder(sound))


@pytest.mark.parametrize("whole", [False, True])
def test_every_parameter_learns(whole: bool) -> None:
    names = ("tuned_pitches", "key_profiles", "beat_multiples", "formulas")
    inputs = dict.fromkeys(names, whole)
    encoder = FilterbankEncoder(FilterbankConfig(hidden_size=32, intermediate_size=64, **inputs))
    if whole:  # what is silent at first passes no gradient on
        for silent in (encoder.feature_extractor.pitches.fits, encoder.feature_extractor.beats.out):
            torch.nn.init.normal_(silent.weight)
    (encoder(torch.randn(2, 48_000)) * torch.randn(32)).sum().backward()
    dead = [n for n, p in encoder.named_parameters() if p.grad is None or not p.grad.any()]
    # A key's bias moves all softmax scores alike.
    assert [name for name in dead if not name.endswith("k_proj.bias")] == []


def test_a_transposed_piece_is_transposed_in_the_pitch_path() -> None:
    torch.manual_seed(2)
    bands = torch.zeros(1, 100, 100)
    bands[:, 24:60] = torch.rand(1, 36, 100)
    path = PitchPath(4, tuned=True, profiled=True)
    torch.nn.init.normal_(path.fits.weight)
    notes = torch.rand(1, 96, 10)
    with torch.no_grad():
        original = path(bands, notes).unflatten(1, (-1, 12))
        moved = path(bands.roll(12, dims=1), notes).unflatten(1, (-1, 12))
        inside = path(_turned(bands, 3), _turned(notes, 3)).unflatten(1, (-1, 12))
    assert not torch.allclose(original, moved)  # an octave makes a difference
    torch.testing.assert_close(original.roll(3, dims=-1), inside, rtol=1e-3, atol=1e-4)


def _turned(bands: torch.Tensor, semitones: int) -> torch.Tensor:
    """Pitch classes turned inside each octave."""
    octaves = bands[:, :96].unflatten(1, (8, 12)).roll(semitones, dims=2)
    return torch.cat([octaves.flatten(1, 2), bands[:, 96:]], dim=1)


def test_a_training_leaves_paths_out_of_some_windows() -> None:
    torch.manual_seed(3)
    config = FilterbankConfig(
        hidden_size=32, intermediate_size=64, hidden_dropout=0.0, path_dropout=0.5,
        tuned_pitches=True, key_profiles=True, beat_multiples=True,
    )  # fmt: skip
    encoder = FilterbankEncoder(config)
    same = torch.randn(1, 48_000).expand(64, -1)
    with torch.no_grad():
        front = encoder.feature_extractor
        music = spectra(same, RATE)
        assert len(front.eval()(music).unique(dim=0)) == 1
        heard = front.train()(music)
    # Frames, chords and rhythms there or not, each by itself.
    assert len(heard.unique(dim=0)) == 8


def test_half_precision_weights_encode_alike(encoder: FilterbankEncoder) -> None:
    music = spectra(0.1 * torch.randn(1, 48_000), RATE)
    with torch.no_grad():
        whole = encoder.attend(music)
        half = FilterbankEncoder(encoder.config).eval()
        half.load_state_dict(encoder.state_dict())
        rough = half.bfloat16().attend(Spectra(*music))
    assert rough.dtype == torch.float32
    assert (whole - rough).abs().mean() < 0.05


def test_notes_are_not_looked_for_where_no_path_reads_them(
    encoder: FilterbankEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows = 0.1 * torch.randn(1, 24_000)
    with torch.no_grad():
        whole = encoder.attend(spectra(windows, RATE))
        monkeypatch.setattr("mullama.listen.encoders.spectra.pitches", None)
        assert torch.equal(encoder(windows), whole)
