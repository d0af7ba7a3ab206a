"""MERT's encoder: where its last state comes from, what a frame is, what volume does."""

import pytest
import torch
from transformers import HubertModel

from mullama.config import MertConfig
from mullama.listen.encoders.mert import MertEncoder
from mullama.listen.encoders.waveform import normalise
from tiny import clip, tiny_config


def encoder(**changes: object) -> MertEncoder:
    torch.manual_seed(2)
    settings = {**tiny_config().audio_config.to_dict(), **changes}
    settings.pop("model_type")
    return MertEncoder(MertConfig(**settings)).eval()


@pytest.mark.parametrize("stable", [True, False])
@torch.no_grad()
def test_the_last_state_is_the_encoders_output(stable: bool) -> None:
    ours = encoder(do_stable_layer_norm=stable, do_normalize=False)
    stock = HubertModel(ours.config).eval()
    stock.load_state_dict(ours.state_dict())
    wave = torch.from_numpy(clip(0))[None]
    out = stock(wave, output_hidden_states=True)
    means = ours(wave)
    torch.testing.assert_close(means[:, -1], out.last_hidden_state.mean(1))
    torch.testing.assert_close(means[:, 1], out.hidden_states[1].mean(1))
    before_the_norm = (out.hidden_states[-1].mean(1) - means[:, -1]).abs().max() > 1e-3
    assert bool(before_the_norm) == stable


@torch.no_grad()
def test_one_frame_is_a_frame() -> None:
    ours = encoder(do_normalize=False)
    assert ours.min_samples == 400
    wave = torch.from_numpy(clip(0))[None, :400]
    stock = HubertModel(ours.config).eval()
    stock.load_state_dict(ours.state_dict())
    frame = stock(wave).last_hidden_state
    assert frame.shape[1] == 1
    torch.testing.assert_close(ours(wave)[:, -1], frame[:, 0])


@torch.no_grad()
def test_volume_does_not_matter_where_the_preprocessor_says_so() -> None:
    wave = torch.from_numpy(clip(0))[None]
    normalised = encoder(do_normalize=True)
    torch.testing.assert_close(normalised(wave), normalised(0.1 * wave), rtol=1e-3, atol=1e-4)
    raw = encoder(do_normalize=False)
    assert not torch.allclose(raw(wave), raw(0.1 * wave), rtol=1e-3, atol=1e-4)


def test_normalised_windows_have_no_mean_and_unit_variance_each() -> None:
    waves = torch.stack([torch.from_numpy(clip(0)) * 3 + 1, torch.from_numpy(clip(1))])
    out = normalise(waves)
    torch.testing.assert_close(out.mean(-1), torch.zeros(2), atol=1e-5, rtol=0)
    torch.testing.assert_close(out.var(-1, correction=0), torch.ones(2), atol=1e-4, rtol=0)
    assert not normalise(torch.zeros(1, 100)).any()
