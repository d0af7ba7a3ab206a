"""One protocol for every encoder; one from another package is a full citizen."""

import sys
from pathlib import Path

import pytest
import torch
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

import mullama
from mullama.config import ENCODERS, FilterbankConfig, ImageBindConfig, MertConfig, MuLlamaConfig
from mullama.errors import CheckpointError
from mullama.listen.encoders.encoder import Encoder
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.listen.encoders.imagebind import ImageBindEncoder
from mullama.listen.encoders.mert import MertEncoder
from mullama.model import MuLlamaForConditionalGeneration
from mullama.processor import MuLlamaProcessor
from tiny import clip, tiny_config, tiny_model

FOREIGN = """
import torch
from huggingface_hub.dataclasses import strict
from transformers import PreTrainedConfig, PreTrainedModel
from mullama.listen.encoders.encoder import EncoderModel


@strict
class LoudnessConfig(PreTrainedConfig):
    model_type = "loudness"
    sampling_rate: int = 8000
    window_seconds: float = 0.5
    num_hidden_layers: int = 1
    hidden_size: int = 6
    hop: int = 100


class LoudnessEncoder(EncoderModel, PreTrainedModel):
    config_class = LoudnessConfig

    def __init__(self, config):
        super().__init__(config)
        self.scale = torch.nn.Linear(1, config.hidden_size)
        self.post_init()

    def _init_weights(self, module):
        if isinstance(module, torch.nn.Linear):
            torch.nn.init.normal_(module.weight)
            torch.nn.init.normal_(module.bias)

    @property
    def min_samples(self):
        return self.config.hop

    def forward(self, windows):
        hops = windows.unfold(1, self.config.hop, self.config.hop)
        first = self.scale(hops.square().mean(-1, keepdim=True)).mean(1)
        return torch.stack([first, first.tanh()], dim=1)


class LyingEncoder(LoudnessEncoder):
    @property
    def states(self):
        return 5
"""


@pytest.fixture
def foreign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Another package with an encoder, installed; the name of its encoder."""
    info = tmp_path / "site" / "loudness_encoder-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loudness-encoder\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[mullama.encoders]\nloudness = loudness_encoder:LoudnessEncoder\n"
    )
    (tmp_path / "site" / "loudness_encoder.py").write_text(FOREIGN)
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    monkeypatch.delitem(sys.modules, "loudness_encoder", raising=False)
    return "loudness"


@pytest.mark.parametrize(
    ("config", "kind", "sizes"),
    [
        (tiny_config().audio_config, MertEncoder, (24_000, 48_000, 400, 4, 32)),
        (FilterbankConfig(), FilterbankEncoder, (24_000, 240_000, 12_000, 4, 256)),
        (ImageBindConfig(trunk_layers=1), ImageBindEncoder, (16_000, 32_000, 400, 1, 1024)),
    ],
)
def test_ours_fulfil_the_protocol(
    config: MertConfig | FilterbankConfig | ImageBindConfig, kind: type, sizes: tuple[int, ...]
) -> None:
    encoder: Encoder = ENCODERS.load(config.model_type)(config).eval()
    assert isinstance(encoder, kind)
    assert sizes == (
        encoder.sample_rate,
        encoder.window_samples,
        encoder.min_samples,
        encoder.states,
        encoder.features,
    )
    with torch.no_grad():
        means = encoder.encode(torch.zeros(2, encoder.min_samples, device=encoder.device))
    assert means.shape == (2, encoder.states, encoder.features)
    assert means.dtype == torch.float32


def test_an_encoder_of_another_package_is_saved_loaded_and_asked(
    foreign: str, tokenizer: PreTrainedTokenizerFast, tmp_path: Path
) -> None:
    ours = ["mullama_mert", "mullama_filterbank", "mullama_imagebind"]
    assert ENCODERS.names()[:3] == ours
    assert foreign in ENCODERS.names()
    model = tiny_model(audio_config={"model_type": foreign, "hop": 50})
    assert model.config.states == model.encoder.states == 2
    assert (model.encoder.min_samples, model.encoder.features) == (50, 6)
    model.save_pretrained(tmp_path / "model")
    MuLlamaProcessor.of(model.config, tokenizer).save_pretrained(tmp_path / "model")

    mu = mullama.load(tmp_path / "model", device="cpu")
    song = mu.listen(clip(0)[:9000], sample_rate=8000)  # two windows, and a bit
    torch.testing.assert_close(
        song.listening, model.listen(torch.from_numpy(clip(0)[None, :9000]))[0]
    )
    assert song.listening.shape == (2, 6)
    assert mu.listen(clip(0), sample_rate=24_000).ask("Key?").token_ids
    again = MuLlamaForConditionalGeneration.from_pretrained(tmp_path / "model")
    assert again.config.audio_config.hop == 50
    torch.testing.assert_close(again.encoder.state_dict(), model.encoder.state_dict())


def test_an_encoder_that_is_not_installed_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        CheckpointError, match=r"no encoder is called 'loudness'; there are: mullama_m"
    ):
        MuLlamaConfig(audio_config={"model_type": "loudness"})
    for kind in (None, 3, ["mullama_mert"]):
        with pytest.raises(CheckpointError, match=r"audio_config\.model_type must name an encoder"):
            MuLlamaConfig(audio_config={"model_type": kind})


def test_sizes_that_do_not_agree_are_refused(foreign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = MuLlamaConfig(**{**tiny_config().to_dict(), "audio_config": {"model_type": foreign}})
    lying = sys.modules["loudness_encoder"].LyingEncoder
    monkeypatch.setattr(ENCODERS, "load", lambda name: lying)
    with pytest.raises(
        CheckpointError, match="the encoder loudness gives 5 states of 6 features, but"
    ):
        MuLlamaForConditionalGeneration(config)


def test_auto_classes_know_ours() -> None:
    import mullama.auto  # noqa: F401

    sizes = tiny_config().audio_config.to_diff_dict()
    config = AutoConfig.for_model(**sizes)
    assert isinstance(config, MertConfig)
    assert isinstance(AutoModel.from_config(config), MertEncoder)
