"""Log-mel statistics: a sine in its band, silence, and the protocol."""

import math

import numpy as np
import pytest
import torch
from transformers.audio_utils import mel_to_hertz

from mullama.listen.encoders.encoder import Encoder
from mullama.listen.encoders.log_mel import SILENT_POWER, LogMelConfig, LogMelEncoder

RATE = 24_000


@pytest.fixture
def encoder() -> LogMelEncoder:
    return LogMelEncoder(LogMelConfig())


def sine(hz: float, seconds: float = 1.0) -> torch.Tensor:
    return torch.sin(2 * math.pi * hz * torch.arange(round(seconds * RATE)) / RATE)


def test_it_is_an_encoder_without_weights(encoder: LogMelEncoder) -> None:
    assert isinstance(encoder, Encoder)
    assert (encoder.states, encoder.features, encoder.min_samples) == (1, 256, 2048)
    assert not list(encoder.parameters())
    assert encoder.device == torch.device("cpu")
    assert encoder.encode(torch.zeros(3, 2048)).shape == (3, 1, 256)


def test_a_sine_is_loudest_in_its_own_band_and_steady(encoder: LogMelEncoder) -> None:
    edges = np.linspace(0, 1, 130)
    top = mel_to_hertz(_mel(RATE / 2) * edges, mel_scale="slaney")
    for hz in (220.0, 1000.0, 5000.0):
        mean, deviation = encoder.encode(sine(hz)[None])[0, 0].chunk(2)
        band = int(mean.argmax())
        assert top[band] <= hz <= top[band + 2]
        assert deviation[band] < 0.05


def test_a_sound_that_comes_and_goes_deviates(encoder: LogMelEncoder) -> None:
    steady, half = sine(1000.0), sine(1000.0)
    half[: RATE // 2] = 0
    one, other = encoder.encode(torch.stack([steady, half]))[:, 0]
    band = int(one[:128].argmax())
    assert other[128 + band] > 5
    assert other[band] < one[band]


def test_silence_is_the_floor(encoder: LogMelEncoder) -> None:
    mean, deviation = encoder.encode(torch.zeros(1, RATE))[0, 0].chunk(2)
    assert mean == pytest.approx(torch.full((128,), math.log(SILENT_POWER)))
    assert deviation == pytest.approx(torch.zeros(128), abs=1e-6)


def test_a_batch_equals_its_windows(encoder: LogMelEncoder) -> None:
    windows = torch.randn(3, 9000)
    together = encoder.encode(windows)
    alone = torch.cat([encoder.encode(window[None]) for window in windows])
    torch.testing.assert_close(together, alone)


def _mel(hz: float) -> float:
    from transformers.audio_utils import hertz_to_mel

    return float(hertz_to_mel(hz, mel_scale="slaney"))
