"""Sounds and clips become Listenings in one way, wherever they are cut."""

import numpy as np
import pytest
import torch

from mullama.errors import AudioError
from mullama.listen.audio.reader import from_array
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.listening import (
    DeviceMemoryError,
    encode_clips,
    encode_sound,
    first_window,
)
from tiny import RATE, clip, tiny_model


@pytest.fixture
def encoder() -> EncoderModel:
    return tiny_model().encoder


SECONDS = [0.02, 0.7, 2.0, 2.4, 2.5, 4.0, 5.2]


def test_clips_together_are_sounds_one_by_one(encoder: EncoderModel) -> None:
    clips = [clip(seed, seconds) for seed, seconds in enumerate(SECONDS)]
    with torch.no_grad():
        together = encode_clips(encoder, [torch.from_numpy(samples) for samples in clips])
    alone = [encode_sound(encoder, from_array(samples, RATE, RATE)) for samples in clips]
    torch.testing.assert_close(together, torch.stack(alone), rtol=1e-4, atol=1e-5)


def test_windows_of_equal_length_are_encoded_together(encoder: EncoderModel) -> None:
    shapes: list[tuple[int, ...]] = []
    encoder.register_forward_hook(lambda _module, given, _means: shapes.append(given[0].shape))
    encode_clips(encoder, [torch.zeros(round(s * RATE)) for s in (4.0, 2.0, 4.5)])
    assert sorted(shapes) == [(1, 12_000), (5, 48_000)]
    shapes.clear()
    encode_clips(encoder, [torch.zeros(64 * RATE)])
    assert shapes == [(30, 48_000), (2, 48_000)]  # a minute at a time


def test_gradients_flow_to_weights_and_samples(encoder: EncoderModel) -> None:
    encoder.requires_grad_(True)
    samples = torch.from_numpy(clip(0, 2.6)).requires_grad_()
    encode_clips(encoder, [samples]).sum().backward()
    assert samples.grad is not None
    assert (samples.grad[:48_000] != 0).any()
    assert (samples.grad[48_000:] != 0).any()
    assert all(p.grad is not None for name, p in encoder.named_parameters() if "mask" not in name)


@pytest.mark.parametrize(
    ("seconds", "first"), [(0.5, 0.5), (2.0, 2.0), (2.4, 2.4), (2.5, 2.0), (9.0, 2.0)]
)
def test_what_is_taken_for_training_is_one_window(
    encoder: EncoderModel, seconds: float, first: float
) -> None:
    size = first_window(encoder, round(seconds * RATE))
    assert size == round(first * RATE)
    assert first_window(encoder, size) == size


def test_too_short_a_clip_is_refused(encoder: EncoderModel) -> None:
    for samples in (0, 399):
        with pytest.raises(AudioError, match=r"s are too short to be encoded; at least 0\.0167 s"):
            encode_clips(encoder, [torch.zeros(RATE), torch.zeros(samples)])
        with pytest.raises(AudioError, match="are too short"):
            first_window(encoder, samples)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("[enforce fail] . DefaultCPUAllocator: not enough memory: you tried ..."),
    ],
)
def test_a_full_memory_is_its_own_error(encoder: EncoderModel, error: RuntimeError) -> None:
    def fail(*_: object) -> None:
        raise error

    encoder.register_forward_hook(fail)
    with pytest.raises(DeviceMemoryError) as caught:
        encode_sound(encoder, from_array(np.zeros(RATE), RATE, RATE))
    assert str(caught.value) == (
        "1 windows of 1 s do not fit into the memory of cpu: take fewer workers, a smaller dtype or "
        "another device"
    )
    assert caught.value.__cause__ is error


def test_other_failures_of_an_encoder_stay_what_they_are(encoder: EncoderModel) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("shapes cannot be multiplied")

    encoder.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="shapes"):
        encode_clips(encoder, [torch.zeros(RATE)])
