"""ImageBind's audio branch: what it hears of a sound, and equality with the public code's numbers.

Distances are shares of an array's largest magnitude unless said otherwise.
"""

import copy
import tracemalloc
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from torch import Tensor
from torch.nn import functional

from goldens import distance
from imagebind_goldens import (
    HEADS,
    IMAGEBIND,
    LONG,
    RATE,
    SHORT,
    SOUNDS,
    STEREO,
    arrays,
    facts,
    picture,
    sound,
)
from mullama.checkpoints.convert.imagebind import read_imagebind
from mullama.config import ImageBindConfig
from mullama.errors import AudioError
from mullama.listen.audio.reader import AudioReader, from_array
from mullama.listen.encoders import imagebind
from mullama.listen.encoders.imagebind import ImageBindEncoder, centre
from mullama.listen.encoders.kaldi_fbank import kaldi_fbank
from mullama.listen.listening import encode_clips, encode_sound, first_window
from mullama.listen.windows import spread_spans

NEAR = 1e-5
"""From stored inputs; a tanh-GELU differs by 2e-4."""
NEAR_FROM_FILE = 1e-4
LOUD = -10.0
"""Above this log-mel a band is not almost empty."""


@pytest.fixture(scope="module")
def encoder() -> ImageBindEncoder:
    found = read_imagebind(IMAGEBIND, {}, HEADS)
    model = ImageBindEncoder(found.config).eval().requires_grad_(False)
    model.load_state_dict({name: tensor.make() for name, tensor in found.state.items()})
    return model


def heard(encoder: ImageBindEncoder, name: str) -> np.ndarray:
    return np.stack(list(encoder.windows(sound(name))))


# ------------------------------------------------------------- which samples are heard


@pytest.mark.parametrize("length", facts()["clip_bounds_by_samples"])
def test_where_the_clips_lie(length: str) -> None:
    known = facts()["clip_bounds_by_samples"][length]
    expected = [(start, min(end, int(length))) for start, end in known]
    assert spread_spans(int(length), RATE, 2.0, 3) == expected


def test_the_table_tells_whole_numbers_from_doubles() -> None:
    """Half of all lengths have a last clip that begins a sample before it should."""
    early = 0
    for length, bounds in facts()["clip_bounds_by_samples"].items():
        early += bounds[2][0] == max(0, int(length) - 32_000) - 1
    assert early > 10


def test_the_published_resampler_is_met() -> None:
    frames = np.concatenate(list(sound(STEREO).frames())).T
    assert frames.shape == (2, facts()["files"][STEREO]["samples_16k"])
    ends = np.concatenate([frames[:, :4000], frames[:, -4000:]], axis=1)
    assert distance(torch.from_numpy(ends), arrays()[f"wave16k_ends_{STEREO}"]) < 1e-6


@pytest.mark.parametrize(
    ("name", "anywhere", "loud"), [(SHORT, 2e-3, 2e-4), (LONG, 2e-3, 2e-4), (STEREO, 0.2, 2e-2)]
)
def test_log_mel(encoder: ImageBindEncoder, name: str, anywhere: float, loud: float) -> None:
    bands = kaldi_fbank(torch.from_numpy(heard(encoder, name)), RATE, 128)
    expected = torch.from_numpy(arrays()[f"melspec_{name}"])
    frames = bands.shape[-1]
    assert (expected[..., frames:] == 0).all()  # filled up at the end, before scaling
    error = (bands - expected[..., :frames]).abs()
    assert error.max() < anywhere
    assert error[expected[..., :frames] > LOUD].max() < loud


def test_the_picture_is_scaled_after_it_was_filled_up(encoder: ImageBindEncoder) -> None:
    pictures = imagebind.picture(torch.from_numpy(heard(encoder, SHORT)), RATE)
    assert pictures.shape == (1, 128, 204)
    torch.testing.assert_close(pictures, picture(SHORT), rtol=0, atol=3e-4)
    assert pictures[..., -1].unique().item() == pytest.approx(0.46706, abs=1e-5)


@pytest.mark.parametrize(("samples", "frames"), [(400, 1), (559, 1), (560, 2), (32_000, 198)])
def test_whole_frames_only(encoder: ImageBindEncoder, samples: int, frames: int) -> None:
    assert kaldi_fbank(torch.zeros(1, samples), RATE, 128).shape == (1, 128, frames)
    assert encoder.min_samples == 400
    assert torch.isfinite(encode_clips(encoder, [torch.zeros(samples)])).all()


def test_too_short_a_sound_is_refused(encoder: ImageBindEncoder) -> None:
    short = from_array(np.zeros(399), RATE, RATE, name="a.wav")
    message = r"a\.wav: 0\.0249 s are too short to be encoded; at least 0\.0250 s"
    with pytest.raises(AudioError, match=message):
        encode_sound(encoder, short)
    with pytest.raises(AudioError, match="are too short"):
        encode_clips(encoder, [torch.zeros(399)])


def test_how_much_is_heard_is_told(encoder: ImageBindEncoder) -> None:
    for name, seconds in ((SHORT, 1.3), (STEREO, 80_037 / RATE), (LONG, 6.0)):
        reader = sound(name)
        encode_sound(encoder, reader)
        assert reader.seconds_heard == pytest.approx(seconds)
        assert reader.seconds_total == pytest.approx(facts()["files"][name]["samples_16k"] / RATE)


def test_other_channels_are_not_heard(encoder: ImageBindEncoder) -> None:
    left, right, more = np.random.default_rng(4).standard_normal((3, 50_000)) * 0.1
    alone = encode_sound(encoder, from_array(left, RATE, RATE))
    pair = encode_sound(encoder, from_array(np.stack([left, right, more]), RATE, RATE))
    assert distance(pair, alone.numpy()) < 1e-3  # all that is left is their constant offset
    mixed = encode_sound(encoder, from_array(left + right + more, RATE, RATE))
    assert distance(mixed, alone.numpy()) > 0.01


def peak_bytes(encoder: ImageBindEncoder, path: Path) -> int:
    tracemalloc.start()
    try:
        with AudioReader(path, RATE) as reader:
            assert [len(clip) for clip in encoder.windows(reader)] == [32_000] * 3
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_sound(encoder: ImageBindEncoder, tmp_path: Path) -> None:
    for seconds in (20, 200):
        noise = np.random.default_rng(1).integers(-99, 99, seconds * RATE).astype(np.int16)
        soundfile.write(tmp_path / f"{seconds}.wav", noise, RATE)
    short, long = (peak_bytes(encoder, tmp_path / f"{seconds}.wav") for seconds in (20, 200))
    assert long < short + 2**19


# ------------------------------------------------------------------ trunk and head


def stage(encoder: ImageBindEncoder, pictures: Tensor) -> dict[str, Tensor]:
    """What every stage gives for pictures, caught on its way."""
    caught: dict[str, Tensor] = {}

    def catch(name: str) -> Any:
        return lambda _module, _given, out: caught.__setitem__(name, out)

    modules = {"patches": encoder.stem.norm, "tokens": encoder.stem, "head": encoder.head}
    modules |= {f"block{number}": block for number, block in enumerate(encoder.blocks)}
    hooks = [module.register_forward_hook(catch(name)) for name, module in modules.items()]
    try:
        x = encoder.stem(pictures)
        for block in encoder.blocks:
            x = block(x)
        encoder.head(encoder.norm(x[:, 0]))
    finally:
        for hook in hooks:
            hook.remove()
    return caught


@pytest.mark.parametrize("name", SOUNDS)
def test_every_stage(encoder: ImageBindEncoder, name: str) -> None:
    found, compared = stage(encoder, picture(name)), 0
    for part in ("patches", "tokens", "block0", "block1", "block2"):
        if (expected := arrays().get(f"{part}_{name}")) is not None:
            assert distance(found[part][:1], expected) < NEAR, part
            compared += 1
    assert compared == (5 if name == STEREO else 1)
    head = arrays()[f"head_{name}"]
    assert distance(found["head"], head[: len(found["head"])]) < NEAR


@pytest.mark.parametrize("name", SOUNDS)
def test_embedding_from_the_stored_picture(
    encoder: ImageBindEncoder, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imagebind, "picture", lambda *_: picture(name))
    scaled = encoder(torch.zeros(len(picture(name)), 400))[:, 0]
    count = len(scaled)
    assert distance(scaled, arrays()[f"scaled_{name}"][:count]) < NEAR
    assert distance(functional.normalize(scaled), arrays()[f"unit_{name}"][:count]) < NEAR
    assert distance(scaled.mean(0), arrays()[f"embedding_{name}"]) < NEAR
    feature = functional.normalize(scaled.mean(0), dim=0)
    assert distance(feature, arrays()[f"feature_{name}"]) < NEAR


def feature(encoder: ImageBindEncoder, name: str) -> Tensor:
    return functional.normalize(encode_sound(encoder, sound(name))[0], dim=0)


@pytest.mark.parametrize("name", SOUNDS)
def test_feature_from_the_file(encoder: ImageBindEncoder, name: str) -> None:
    assert distance(feature(encoder, name), arrays()[f"feature_{name}"]) < NEAR_FROM_FILE


def test_silence(encoder: ImageBindEncoder) -> None:
    silent = encode_clips(encoder, [torch.zeros(40_000)])[0, 0]
    assert distance(functional.normalize(silent, dim=0), arrays()["feature_zeros_40000"]) < NEAR


def test_sounds_together_are_sounds_alone(encoder: ImageBindEncoder) -> None:
    names = (STEREO, LONG)
    alone = torch.cat([encode_sound(encoder, sound(name)) for name in names])
    assert distance(alone, arrays()["embedding_batch_1_2"]) < NEAR_FROM_FILE
    waves = [torch.from_numpy(sound(name).waveform()) for name in (SHORT, LONG)]
    together = encode_clips(encoder, waves)[:, 0]
    single = torch.cat([encode_sound(encoder, sound(name)) for name in (SHORT, LONG)])
    assert distance(together, single.numpy()) < NEAR


# ----------------------------------------------------------- what mistakes would cost


def separately(clips: list[Tensor], spans: list[tuple[int, int]]) -> list[Tensor]:
    """Each clip from untouched samples."""
    return [clip[0] - clip[1].mean() for clip in clips]


def mixed(clips: list[Tensor], spans: list[tuple[int, int]]) -> list[Tensor]:
    """The mean of all channels in place of the first."""
    return centre([clip[1:].expand(2, -1).clone() for clip in clips], spans)


def tanh_gelu(x: Tensor) -> Tensor:
    return functional.gelu(x, approximate="tanh")


def whole_numbers(length: int, rate: int, seconds: float, count: int) -> list[tuple[int, int]]:
    size = round(rate * seconds)
    starts = [max(0, length - size) * number // (count - 1) for number in range(count)]
    return [(start, min(start + size, length)) for start in starts]


def filled_after_scaling(windows: Tensor, rate: int) -> Tensor:
    bands = (kaldi_fbank(windows, rate, 128) - imagebind.USUAL_LEVEL) / imagebind.LEVEL_SPREAD
    return functional.pad(bands, (0, 204 - bands.shape[-1]))


@pytest.mark.parametrize(
    ("what", "mistake", "name"),
    [
        ("centre", separately, STEREO),
        ("centre", mixed, STEREO),
        ("spread_spans", whole_numbers, LONG),
        ("picture", filled_after_scaling, SHORT),
        *(("gelu", tanh_gelu, name) for name in SOUNDS),
    ],
)
def test_common_mistakes_are_caught(
    encoder: ImageBindEncoder,
    what: str,
    mistake: Any,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if what == "gelu":
        changed = SimpleNamespace(**{**vars(functional), "gelu": mistake})
        monkeypatch.setattr(imagebind, "functional", changed)
    else:
        monkeypatch.setattr(imagebind, what, mistake)
    assert distance(feature(encoder, name), arrays()[f"feature_{name}"]) > NEAR_FROM_FILE


@pytest.mark.parametrize("part", ["stem", "trunk", "key"])
def test_small_things_in_the_trunk_matter(encoder: ImageBindEncoder, part: str) -> None:
    changed = copy.deepcopy(encoder)
    if part == "stem":
        changed.stem.norm.eps = 1e-6
    for block in changed.blocks:
        if part == "trunk":
            block.norm_1.eps = block.norm_2.eps = 1e-5
        if part == "key":
            block.attention.bias_k = block.attention.bias_v = None
    assert distance(feature(changed, STEREO), arrays()[f"feature_{STEREO}"]) > NEAR_FROM_FILE


# -------------------------------------------------------------------- as a citizen


def test_real_sizes_are_the_default() -> None:
    with torch.device("meta"):
        real = ImageBindEncoder(ImageBindConfig())
    assert sum(p.numel() for p in real.parameters()) == 86_235_648
    assert (real.states, real.features, real.window_samples) == (1, 1024, 32_000)


def test_gradients_reach_every_weight_and_every_clip() -> None:
    torch.manual_seed(1)
    config = ImageBindConfig(
        hidden_size=8, trunk_width=16, trunk_layers=2, trunk_heads=2, trunk_intermediate=32
    )
    model = ImageBindEncoder(config)
    assert model.log_scale.exp().item() == pytest.approx(20.0)
    samples = (torch.randn(50_000) * 0.1).requires_grad_()
    encode_clips(model, [samples]).sum().backward()
    assert samples.grad is not None
    assert all((part != 0).any() for part in samples.grad.split(10_000))
    without = [name for name, p in model.named_parameters() if p.grad is None]
    assert not without


@pytest.mark.parametrize("samples", [20_000, 32_000, 33_000, 90_000])
def test_what_is_taken_for_training_is_one_clip(encoder: ImageBindEncoder, samples: int) -> None:
    size = first_window(encoder, samples)
    assert size == min(samples, 32_000)
    assert len(encoder.split(torch.zeros(size))) == 1


def test_the_order_of_channels_may_change_on_the_way(encoder: ImageBindEncoder) -> None:
    """A stream that turns from mono to stereo: its first channel goes on."""
    wave = np.random.default_rng(1).standard_normal(40_000).astype(np.float32) * 0.1
    reader = from_array(wave, RATE, RATE)
    pieces = [wave[:20_000, None], np.repeat(wave[20_000:, None], 2, axis=1)]
    source = reader._source
    assert source is not None
    source.pieces = lambda: ((piece, RATE) for piece in pieces)  # type: ignore[method-assign]
    changed = list(encoder.windows(reader))
    usual = list(encoder.windows(from_array(wave, RATE, RATE)))
    for one, other in zip(changed, usual, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_a_band_without_a_bin_is_silent() -> None:
    noise = torch.randn(1, 32_000, generator=torch.Generator().manual_seed(1))
    bands = kaldi_fbank(noise, RATE, 128)[0]
    silent = [band for band, row in enumerate(bands) if (row == row[0]).all()]
    assert silent == [3]
    assert bands[3, 0].item() == pytest.approx(-15.9424, abs=1e-4)
