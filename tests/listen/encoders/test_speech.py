"""wav2vec 2.0 and WavLM: the means of transformers' own hidden states, on tiny networks."""

import pytest
import torch
from transformers import PreTrainedConfig, Wav2Vec2FeatureExtractor, Wav2Vec2Model, WavLMModel

from mullama.listen.encoders.encoder import Encoder
from mullama.listen.encoders.speech import (
    Wav2Vec2Encoder,
    Wav2Vec2EncoderConfig,
    WavLMEncoder,
    WavLMEncoderConfig,
)

SIZES = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}


@pytest.mark.parametrize("stable", [False, True])
@pytest.mark.parametrize(
    ("kind", "config", "theirs"),
    [
        (Wav2Vec2Encoder, Wav2Vec2EncoderConfig, Wav2Vec2Model),
        (WavLMEncoder, WavLMEncoderConfig, WavLMModel),
    ],
)
@torch.no_grad()
def test_equals_transformers(
    kind: type, config: type[PreTrainedConfig], theirs: type, stable: bool
) -> None:
    torch.manual_seed(4)
    norm = "layer" if stable else "group"
    encoder = kind(config(**SIZES, do_stable_layer_norm=stable, feat_extract_norm=norm)).eval()
    assert isinstance(encoder, Encoder)
    assert (encoder.states, encoder.features, encoder.sample_rate) == (4, 32, 16_000)
    assert (encoder.min_samples, encoder.window_samples) == (400, 160_000)
    model = theirs(encoder.config).eval()
    model.load_state_dict(encoder.state_dict())
    sounds = 3 * torch.randn(2, 5000) + 1
    given = Wav2Vec2FeatureExtractor()(
        list(sounds.numpy()), sampling_rate=16_000, return_tensors="pt"
    )
    out = model(given["input_values"], output_hidden_states=True)
    states = torch.stack([*out.hidden_states[:-1], out.last_hidden_state], dim=1)
    torch.testing.assert_close(encoder.encode(sounds), states.mean(2), rtol=1e-4, atol=1e-5)
    assert torch.isfinite(encoder.encode(sounds[:, :400])).all()
