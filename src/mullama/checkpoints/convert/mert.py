"""A MERT folder becomes the encoder's configuration and tensors, without remote code.

Reads config.json, preprocessor_config.json and, if it is there, the weights (safetensors or .bin).
Knows nothing of adapters; why HuBERT's architecture is MERT's stands in listen/encoders/mert.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from mullama.checkpoints.tensors import (
    INVALID,
    LazyTensor,
    TensorFile,
    invalid_config,
    read_config,
    weight_files,
)
from mullama.config import MertConfig
from mullama.errors import CheckpointError

KINDS = ("mert_model", "hubert", None)
"""`model_type` of what is, or may be, a MERT."""
REQUIRED = {"feature_extractor_cqt": False, "deepnorm": False, "feat_proj_layer_norm": True}
"""Settings with which MERT is a plain HuBERT, and their values where config.json is silent."""
FOREIGN = frozenset({"model_type", "architectures", "auto_map", "dtype", "transformers_version"})
"""What a stored configuration says about files rather than about the network."""
OLD_NAMES = {
    "conv.weight_g": "conv.parametrizations.weight.original0",
    "conv.weight_v": "conv.parametrizations.weight.original1",
}
"""Magnitude and direction of a weight-normalised convolution, before torch 2.1 and since."""
MASK = "masked_spec_embed"
"""What stands for a masked frame in MERT's own training; never heard."""


@dataclass(frozen=True)
class Mert:
    """An encoder as it was found."""

    config: MertConfig
    state: dict[str, LazyTensor]
    """By transformers' names."""
    files: list[TensorFile]


def read_mert(folder: Path, brought: Mapping[str, LazyTensor]) -> Mert:
    """Read what `folder` says of MERT; tensors that the adapter file `brought` replace its own."""
    if not folder.is_dir():
        raise CheckpointError(f"--mert {folder}: there is no such folder")
    config = _config(folder)
    files = [] if brought else [TensorFile(path) for path in weight_files(folder)]
    if not brought and not files:
        raise CheckpointError(
            f"{folder} holds no weights (model.safetensors or pytorch_model.bin), and no adapter "
            "file brings them"
        )
    found = {key: tensor for file in files for key, tensor in file.plan().items()} or brought
    state = {_current(key): tensor for key, tensor in found.items()}
    if not (config.mask_time_prob or config.mask_feature_prob):
        state.pop(MASK, None)
    return Mert(config, state, files)


def _config(folder: Path) -> MertConfig:
    stored = read_config(folder / "config.json")
    heard = read_config(folder / "preprocessor_config.json")
    if stored.get("model_type") not in KINDS:
        raise CheckpointError(
            f"{folder / 'config.json'} describes a {stored['model_type']}, not MERT"
        )
    for name, value in REQUIRED.items():
        if stored.get(name, value) != value:
            raise CheckpointError(
                f"{folder / 'config.json'}: {name} is {stored[name]}; a MERT with {value} is needed"
            )
    sizes = {field.name for field in fields(MertConfig)} - FOREIGN
    try:
        return MertConfig(
            **{name: value for name, value in stored.items() if name in sizes},
            sampling_rate=int(_needed(folder, heard, "sampling_rate")),
            do_normalize=bool(_needed(folder, heard, "do_normalize")),
        )
    except INVALID as cause:
        raise invalid_config(folder / "config.json", cause) from cause


def _needed(folder: Path, heard: Mapping[str, Any], name: str) -> Any:
    if name not in heard:
        raise CheckpointError(f"{folder / 'preprocessor_config.json'} lacks {name}")
    return heard[name]


def _current(key: str) -> str:
    key = key.removeprefix("hubert.").removeprefix("mert.")
    for old, new in OLD_NAMES.items():
        key = key.removesuffix(old) + new if key.endswith(old) else key
    return key
