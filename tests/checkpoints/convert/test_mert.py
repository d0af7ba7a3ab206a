"""MERT folders: old and new names, the settings that must hold."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from goldens import MERT
from mullama.checkpoints.convert.mert import read_mert
from mullama.errors import CheckpointError


@pytest.fixture
def mert(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MERT, tmp_path / "mert"))


def change(path: Path, **settings: Any) -> None:
    stored = json.loads(path.read_text())
    path.write_text(json.dumps({**stored, **settings}))


def test_configuration_and_names() -> None:
    found = read_mert(MERT, {})
    assert (found.config.hidden_size, found.config.num_hidden_layers) == (32, 4)
    assert (found.config.sampling_rate, found.config.do_normalize) == (24_000, True)
    assert found.config.model_type == "mullama_mert"
    weight = "encoder.pos_conv_embed.conv.parametrizations.weight.original1"
    stored = torch.load(MERT / "pytorch_model.bin", weights_only=True)
    expected = stored["encoder.pos_conv_embed.conv.weight_v"]
    assert torch.equal(found.state[weight].make(), expected)


def test_safetensors_with_current_names(mert: Path) -> None:
    state = {f"hubert.{k}": t.make() for k, t in read_mert(MERT, {}).state.items()}
    (mert / "pytorch_model.bin").unlink()
    save_file(state, mert / "model.safetensors")
    one, other = read_mert(MERT, {}).state, read_mert(mert, {}).state
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name].make(), other[name].make()) for name in one)


def test_settings_as_published(mert: Path) -> None:
    """What MERT's own config.json says beyond HuBERT's does not disturb; normalisation is read."""
    change(
        mert / "config.json",
        model_type="mert_model",
        auto_map={"AutoModel": "modeling_MERT.MERTModel"},
        _name_or_path="/home/somebody/mert",
        torch_dtype="float32",
        attention_relax=32.0,
        deepnorm=False,
        feature_extractor_cqt=False,
        mask_time_prob=0.075,
    )
    change(mert / "preprocessor_config.json", do_normalize=False)
    config = read_mert(mert, {}).config
    assert (config.do_normalize, config.mask_time_prob) == (False, 0.075)
    assert "somebody" not in json.dumps(config.to_dict(), default=str)
    assert not hasattr(config, "auto_map")


def test_the_mask_is_kept_only_where_it_has_a_place(mert: Path) -> None:
    stored = torch.load(mert / "pytorch_model.bin", weights_only=True)
    torch.save({**stored, "masked_spec_embed": torch.ones(32)}, mert / "pytorch_model.bin")
    assert "masked_spec_embed" not in read_mert(mert, {}).state
    change(mert / "config.json", mask_time_prob=0.075)
    assert "masked_spec_embed" in read_mert(mert, {}).state


@pytest.mark.parametrize(
    ("setting", "value"),
    [("deepnorm", True), ("feature_extractor_cqt", True), ("feat_proj_layer_norm", False)],
)
def test_other_networks_are_refused(mert: Path, setting: str, value: bool) -> None:
    change(mert / "config.json", **{setting: value})
    with pytest.raises(CheckpointError, match=f"{setting} is {value}"):
        read_mert(mert, {})


def test_what_is_wrong_is_named(mert: Path) -> None:
    with pytest.raises(CheckpointError, match="there is no such folder"):
        read_mert(mert / "none", {})
    change(mert / "config.json", model_type="wav2vec2")
    with pytest.raises(CheckpointError, match="describes a wav2vec2, not MERT"):
        read_mert(mert, {})
    change(mert / "config.json", model_type="hubert", hidden_size="wide")
    with pytest.raises(CheckpointError, match=r"config\.json is invalid: .*wide"):
        read_mert(mert, {})
    change(mert / "config.json", hidden_size=32)
    (mert / "pytorch_model.bin").unlink()
    with pytest.raises(CheckpointError, match="holds no weights"):
        read_mert(mert, {})
    (mert / "preprocessor_config.json").write_text('{"sampling_rate": 24000}')
    with pytest.raises(CheckpointError, match=r"preprocessor_config\.json lacks do_normalize"):
        read_mert(mert, {})
    (mert / "preprocessor_config.json").unlink()
    with pytest.raises(CheckpointError, match=r"preprocessor_config\.json does not exist"):
        read_mert(mert, {})
