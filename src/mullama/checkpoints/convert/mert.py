"""A MERT folder becomes the encoder's configuration and tensors, without remote code.

Reads config.json, preprocessor_config.json and, if it is there, the weights (safetensors or .bin).
Knows nothing of adapters; why HuBERT's architecture is MERT's stands in listen/encoders/mert.py.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.json_file import INVALID, invalid_config, read_json
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.tensor_file import TensorFile
from mullama.checkpoints.weight_files import weight_files
from mullama.config import MertConfig
from mullama.errors import CheckpointError
from mullama.stored_part import check_sizes, network_only

KINDS = ("mert_model", "hubert", None)
"""`model_type` of what is, or may be, a MERT."""
REQUIRED = {"feature_extractor_cqt": False, "deepnorm": False, "feat_proj_layer_norm": True}
"""Settings with which MERT is a plain HuBERT, and their values where config.json is silent."""
OLD_NAMES = {
    "conv.weight_g": "conv.parametrizations.weight.original0",
    "conv.weight_v": "conv.parametrizations.weight.original1",
}
"""Magnitude and direction of a weight-normalised convolution, before torch 2.1 and since."""
MASK = "masked_spec_embed"
"""What stands for a masked frame in MERT's own training; not used otherwise."""


def read_mert(folder: Path, overrides: Mapping[str, LazyTensor]) -> EncoderSource:
    """Read what `folder` says of MERT; `overrides`, the adapter file's tensors, replace its own."""
    if not folder.is_dir():
        raise CheckpointError(f"--mert {folder}: there is no such folder")
    config = mert_config(folder)
    files = [] if overrides else [TensorFile(path) for path in weight_files(folder)]
    if not overrides and not files:
        raise CheckpointError(
            f"{folder} holds no weights (model.safetensors or pytorch_model.bin), and no adapter "
            "file brings them"
        )
    found = {key: tensor for file in files for key, tensor in file.plan().items()} or overrides
    state = {current_name(key): tensor for key, tensor in found.items()}
    if not (config.mask_time_prob or config.mask_feature_prob):
        state.pop(MASK, None)
    return EncoderSource(config, state, files)


def mert_config(folder: Path) -> MertConfig:
    """What a folder says of MERT's network and sound. Raises CheckpointError."""
    stored = read_json(folder / "config.json")
    sampling = read_json(folder / "preprocessor_config.json")
    if stored.get("model_type") not in KINDS:
        raise CheckpointError(
            f"{folder / 'config.json'} describes a {stored.get('model_type')}, not MERT"
        )
    for name, value in REQUIRED.items():
        if stored.get(name, value) != value:
            raise CheckpointError(
                f"{folder / 'config.json'}: {name} is {stored[name]}; a MERT with {value} is needed"
            )
    of_sound = {name: _needed(folder, sampling, name) for name in ("sampling_rate", "do_normalize")}
    try:
        config = MertConfig(**{**network_only(MertConfig, stored), **of_sound})
        check_sizes(config, "its network")
        return config
    except CheckpointError as cause:
        raise CheckpointError(f"{folder / 'config.json'}: {cause}") from cause
    except INVALID as cause:
        raise invalid_config(folder / "config.json", cause) from cause


def _needed(folder: Path, stored: Mapping[str, Any], name: str) -> Any:
    if name not in stored:
        raise CheckpointError(f"{folder / 'preprocessor_config.json'} lacks {name}")
    return stored[name]


def current_name(key: str) -> str:
    """A stored tensor's name -> its name in `transformers.HubertModel`."""
    key = key.removeprefix("hubert.").removeprefix("mert.")
    for old, new in OLD_NAMES.items():
        key = key.removesuffix(old) + new if key.endswith(old) else key
    return key
