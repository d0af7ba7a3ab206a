"""Folders of encoders: ours whole and bare, MERT's, and those of transformers; weights read or drawn."""

import json
import random
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    ClapAudioConfig,
    ClapAudioModel,
    ClapConfig,
    ClapFeatureExtractor,
    ClapModel,
    ClapTextConfig,
    HubertConfig,
    HubertForCTC,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForPreTraining,
    WavLMConfig,
    WavLMModel,
)

from imagebind_goldens import real
from mullama.checkpoints.store import open_encoder
from mullama.config import FilterbankConfig
from mullama.errors import CheckpointError, UsageError
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.listen.encoders.mert import MertEncoder
from mullama.listen.encoders.speech import Wav2Vec2Encoder
from mutations import mutated_json, outcome
from paths import GOLDEN, RECIPES
from tiny import clip, tiny_model

NETWORK = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 48,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
CLAP = {
    "patch_embeds_hidden_size": 16,
    "depths": [1, 1],
    "num_attention_heads": [2, 4],
    "hidden_size": 32,
}
SPEECH = (
    (HubertForCTC, HubertConfig, "hubert"),
    (Wav2Vec2ForPreTraining, Wav2Vec2Config, "wav2vec2"),
    (WavLMModel, WavLMConfig, ""),
)


def saved(model: PreTrainedModel, folder: Path, processor: object) -> Path:
    model.save_pretrained(folder)
    processor.save_pretrained(folder)  # type: ignore[attr-defined]
    return folder


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.fixture
def wav2vec2(tmp_path: Path) -> Path:
    model = Wav2Vec2ForPreTraining(Wav2Vec2Config(**NETWORK))
    return saved(model, tmp_path / "wav2vec2", Wav2Vec2FeatureExtractor())


@pytest.mark.parametrize(("kind", "config", "part"), SPEECH)
@torch.no_grad()
def test_speech_encoders_with_their_heads(
    kind: type[PreTrainedModel], config: type, part: str, tmp_path: Path
) -> None:
    model = kind(config(**NETWORK)).eval()
    folder = saved(model, tmp_path / "one", Wav2Vec2FeatureExtractor(do_normalize=False))
    encoder = open_encoder(folder, device="cpu")
    assert not encoder.training
    assert not any(p.requires_grad for p in encoder.parameters())
    assert (encoder.sample_rate, encoder.states, encoder.features) == (16_000, 3, 32)
    assert encoder.config.do_normalize is False
    sound = torch.from_numpy(clip(0, 0.3))[None]
    inner = getattr(model, part) if part else model
    theirs = inner(sound, output_hidden_states=True).hidden_states
    torch.testing.assert_close(encoder.encode(sound)[0, 1], theirs[1].mean(1)[0])


@torch.no_grad()
def test_clap_whole_and_its_audio_half_alone(tmp_path: Path) -> None:
    text = ClapTextConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        vocab_size=30, projection_dim=32,
    )  # fmt: skip
    audio = ClapAudioConfig(**CLAP, projection_dim=32)
    torch.manual_seed(2)
    model = ClapModel(
        ClapConfig(text_config=text.to_dict(), audio_config=audio.to_dict(), projection_dim=32)
    )
    extractor = ClapFeatureExtractor(truncation="rand_trunc", frequency_min=50)
    whole = open_encoder(saved(model, tmp_path / "whole", extractor), device="cpu")
    half = ClapAudioModel(audio)
    half.load_state_dict(model.audio_model.state_dict())
    alone = open_encoder(saved(half, tmp_path / "half", extractor), device="cpu")
    assert whole.config.frequency_min == alone.config.frequency_min == 50
    sound = torch.from_numpy(clip(0, 0.3))[None]
    torch.testing.assert_close(whole.encode(sound), alone.encode(sound))
    given = extractor(sound[0].numpy(), sampling_rate=48_000, return_tensors="pt")
    theirs = half.eval()(input_features=given["input_features"].float())
    torch.testing.assert_close(whole.encode(sound)[:, 0], theirs.pooler_output)


@torch.no_grad()
def test_merts_own_folder() -> None:
    encoder = open_encoder(GOLDEN / "mert", device="cpu")
    assert isinstance(encoder, MertEncoder)
    assert encoder.encode(torch.from_numpy(clip(0))[None]).shape[1:] == (
        encoder.states,
        encoder.features,
    )


def test_a_bare_encoder_of_ours_and_that_of_a_model(folder: Path, tmp_path: Path) -> None:
    encoder = tiny_model().encoder
    encoder.save_pretrained(tmp_path / "bare")
    for place in (tmp_path / "bare", folder):
        found = open_encoder(place, device="cpu")
        assert isinstance(found, MertEncoder)
        torch.testing.assert_close(found.state_dict(), encoder.state_dict())
    small = FilterbankEncoder(FilterbankConfig(hidden_size=64, num_hidden_layers=1))
    small.save_pretrained(tmp_path / "small")
    torch.testing.assert_close(
        open_encoder(tmp_path / "small", device="cpu").state_dict(), small.state_dict()
    )


@pytest.mark.parametrize("name", ["small", RECIPES / "mert-small"])
def test_weights_that_are_drawn(name: str | Path) -> None:
    before = torch.get_rng_state()
    one, again, other = (open_encoder(name, device="cpu", random_seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    torch.testing.assert_close(one.state_dict(), again.state_dict())
    assert any(
        not torch.equal(a, b)
        for a, b in zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    )
    if name == "small":
        read = open_encoder(name, device="cpu").state_dict()
        assert not torch.equal(read[next(iter(read))], one.state_dict()[next(iter(read))])


def test_what_is_no_encoder_is_refused(tmp_path: Path, wav2vec2: Path) -> None:
    config = tmp_path / "bert" / "config.json"
    config.parent.mkdir()
    with pytest.raises(CheckpointError, match=r"config\.json does not exist"):
        open_encoder(config.parent)
    for kind in ("bert", ["mullama"], 3):
        config.write_text(json.dumps({"model_type": kind}))
        with pytest.raises(CheckpointError, match="which is no encoder; known: mullama"):
            open_encoder(config.parent)
    with pytest.raises(CheckpointError, match=r"holds no model\.safetensors"):
        open_encoder(RECIPES / "mert-small")
    with pytest.raises(UsageError, match="unknown dtype"):
        open_encoder(wav2vec2, dtype="int4")


def test_weights_of_another_encoder_are_refused(wav2vec2: Path) -> None:
    weights = wav2vec2 / "model.safetensors"
    change(wav2vec2 / "config.json", hidden_size=64)
    with pytest.raises(CheckpointError, match=r"has shape .*config\.json asks for"):
        open_encoder(wav2vec2)
    change(wav2vec2 / "config.json", hidden_size=32)
    assert isinstance(open_encoder(wav2vec2, device="cpu"), Wav2Vec2Encoder)
    save_file({k: v for k, v in load_file(weights).items() if "encoder.layers.1" not in k}, weights)
    with pytest.raises(CheckpointError, match=r"tensor encoder\.layers\.1.* is missing"):
        open_encoder(wav2vec2)


@pytest.mark.parametrize(
    ("file", "values", "message"),
    [
        ("config.json", {"num_hidden_layers": 10**9}, "num_hidden_layers should be"),
        ("config.json", {"num_attention_heads": 5}, "no encoder has this configuration"),
        ("config.json", {"hidden_size": "wide"}, r"config\.json"),
        ("config.json", {"conv_stride": [1] * 7}, "a window of 10.0 s would have"),
        ("preprocessor_config.json", {"sampling_rate": 10**9}, "sampling_rate"),
        ("preprocessor_config.json", {"do_normalize": "maybe"}, "do_normalize"),
    ],
)
def test_settings_that_no_encoder_has(
    wav2vec2: Path, file: str, values: dict[str, object], message: str
) -> None:
    change(wav2vec2 / file, **values)
    with pytest.raises(CheckpointError, match=message):
        open_encoder(wav2vec2)


@pytest.mark.parametrize(
    ("file", "values"),
    [("config.json", {"spec_size": 1}), ("preprocessor_config.json", {"hop_length": 1})],
)
def test_a_spectrogram_that_does_not_fit_its_network(
    tmp_path: Path, file: str, values: dict[str, object]
) -> None:
    folder = saved(ClapAudioModel(ClapAudioConfig(**CLAP)), tmp_path, ClapFeatureExtractor())
    change(folder / file, **values)
    with pytest.raises(CheckpointError, match="frames by hop_length, more than the"):
        open_encoder(folder)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json"])
def test_any_changed_value_is_read_or_refused(tmp_path: Path, name: str) -> None:
    speech = saved(WavLMModel(WavLMConfig(**NETWORK)), tmp_path / "1", Wav2Vec2FeatureExtractor())
    clap = ClapAudioModel(ClapAudioConfig(**CLAP))
    for folder in (speech, saved(clap, tmp_path / "2", ClapFeatureExtractor())):
        versions = list(mutated_json((folder / name).read_text(encoding="utf-8")))
        ended = {}
        for what, changed in random.Random(7).sample(versions, 60):
            (folder / name).write_text(changed, encoding="utf-8")
            begin = time.perf_counter()
            ended[what] = outcome(lambda folder=folder: open_encoder(folder, device="cpu"))
            assert time.perf_counter() - begin < 5, what
        assert set(ended.values()) == {"read", "refused"}, ended


def test_imagebinds_file(tmp_path: Path) -> None:
    """By the published names and shapes, of one block; its numbers are tested beside the encoder."""
    shapes = {
        name: shape
        for name, shape in real()["imagebind_huge"]["audio"].items()
        if "blocks" not in name or ".blocks.0." in name
    }
    state = {name: torch.randn(shape) * 0.02 for name, shape in shapes.items()}
    torch.save({**state, "modality_heads.text.0.weight": torch.ones(2)}, tmp_path / "imagebind.pth")
    encoder = open_encoder(tmp_path / "imagebind.pth", device="cpu")
    assert (encoder.states, encoder.features, len(encoder.state_dict())) == (1, 1024, 23)
    assert torch.equal(encoder.head.weight, state["modality_heads.audio.2.weight"])
    drawn = open_encoder(tmp_path / "imagebind.pth", device="cpu", random_seed=1)
    assert not torch.equal(drawn.head.weight, encoder.head.weight)
    with pytest.raises(CheckpointError, match="it is not ImageBind"):
        open_encoder(GOLDEN / "mert" / "pytorch_model.bin")
