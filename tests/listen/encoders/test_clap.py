"""CLAP's audio half: transformers' own numbers, long windows, short ones, fusion; on a tiny network."""

import numpy as np
import pytest
import torch
from transformers import ClapAudioModel

from mullama.listen.encoders.clap import ClapEncoder, ClapEncoderConfig
from mullama.listen.encoders.encoder import Encoder

SIZES = {
    "patch_embeds_hidden_size": 16,
    "depths": [1, 1],
    "num_attention_heads": [2, 4],
    "hidden_size": 32,
}


def tiny(fusion: bool = False) -> ClapEncoder:
    torch.manual_seed(3)
    truncation = "fusion" if fusion else "rand_trunc"
    config = ClapEncoderConfig(**SIZES, enable_fusion=fusion, truncation=truncation)
    return ClapEncoder(config).eval()


@pytest.mark.parametrize("fusion", [False, True])
def test_equals_transformers(fusion: bool) -> None:
    encoder = tiny(fusion)
    assert isinstance(encoder, Encoder)
    assert (encoder.states, encoder.features, encoder.sample_rate) == (1, 32, 48_000)
    sounds = torch.randn(2, 200_000)
    model = ClapAudioModel(encoder.config).eval()
    model.load_state_dict(encoder.state_dict())
    given = encoder.extractor(list(sounds.numpy()), sampling_rate=48_000, return_tensors="pt")
    with torch.no_grad():
        theirs = model(
            input_features=given["input_features"].float(), is_longer=torch.zeros(2, 1).bool()
        )
        ours = encoder.encode(sounds)
    torch.testing.assert_close(ours[:, 0], theirs.pooler_output)
    torch.testing.assert_close(torch.cat([encoder.encode(s[None]) for s in sounds]), ours)


@torch.no_grad()
def test_a_long_window_is_the_mean_of_its_halves() -> None:
    encoder = tiny()
    sound = torch.randn(1, 580_000)  # the longest that windows.py makes have 12.5 s
    halves = [encoder.encode(half) for half in sound.tensor_split(2, dim=1)]
    torch.testing.assert_close(encoder.encode(sound), torch.stack(halves).mean(0))
    np.random.seed(5)  # nothing is drawn
    torch.testing.assert_close(encoder.encode(sound), torch.stack(halves).mean(0))


@torch.no_grad()
def test_the_shortest_window() -> None:
    encoder = tiny()
    found = encoder.encode(torch.randn(1, encoder.min_samples))
    assert torch.isfinite(found).all()
