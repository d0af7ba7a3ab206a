"""imagebind_huge.pth becomes the configuration and tensors of its audio branch.

A plain state dict of all modalities, as facebookresearch/ImageBind loads it; imagebind_w3D.pth, which
LLaMA-Adapter loads, has the same names and a point-cloud encoder. The other modalities stay on the disk.
Every size is that of a tensor, but the number of heads, which no tensor tells. Knows nothing of adapters.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from mullama.checkpoints.convert.encoder_source import EncoderSource
from mullama.checkpoints.json_file import INVALID, reason
from mullama.checkpoints.lazy_tensor import LazyTensor
from mullama.checkpoints.tensor_file import TensorFile
from mullama.config import ImageBindConfig
from mullama.errors import CheckpointError
from mullama.stored_part import check_sizes

BESIDE_BLOCKS = {
    "modality_preprocessors.audio.cls_token": "stem.class_token",
    "modality_preprocessors.audio.rgbt_stem.proj.weight": "stem.projection.weight",
    "modality_preprocessors.audio.rgbt_stem.norm_layer.weight": "stem.norm.weight",
    "modality_preprocessors.audio.rgbt_stem.norm_layer.bias": "stem.norm.bias",
    "modality_preprocessors.audio.pos_embedding_helper.pos_embed": "stem.positions",
    "modality_heads.audio.0.weight": "norm.weight",
    "modality_heads.audio.0.bias": "norm.bias",
    "modality_heads.audio.2.weight": "head.weight",
    "modality_postprocessors.audio.1.log_logit_scale": "log_scale",
}
IN_BLOCK = {
    "attn": "attention",
    "norm_1": "norm_1",
    "norm_2": "norm_2",
    "mlp.fc1": "up_proj",
    "mlp.fc2": "down_proj",
}
AUDIO = re.compile(r"modality_(?:preprocessors|trunks|heads|postprocessors)\.audio\..+")
BLOCK = re.compile(r"modality_trunks\.audio\.blocks\.(\d+)\.(attn|norm_[12]|mlp\.fc[12])\.(.+)")


def read_imagebind(
    path: Path | None, overrides: Mapping[str, LazyTensor], heads: int | None = None
) -> EncoderSource:
    """The audio branch of a file, or of `overrides`, what an adapter file holds of ImageBind.

    `heads` of the trunk's attention, where they are not the published ones. Raises CheckpointError.
    """
    files = [] if path is None or overrides else [TensorFile(path)]
    found = {key: tensor for file in files for key, tensor in file.plan().items()} or overrides
    where = str(path if files else "the adapter file")
    state = {_name(key, where): tensor for key, tensor in found.items() if AUDIO.fullmatch(key)}
    if not state:
        raise CheckpointError(
            f"{where} holds no modality_trunks.audio: it is not ImageBind; take imagebind_huge.pth"
        )
    return EncoderSource(_config(state, where, heads), state, files)


def _name(key: str, where: str) -> str:
    """ImageBind's name of a tensor of its audio branch -> ours."""
    if key in BESIDE_BLOCKS:
        return BESIDE_BLOCKS[key]
    if found := BLOCK.fullmatch(key):
        number, part, inner = found.groups()
        return f"blocks.{number}.{IN_BLOCK[part]}.{inner}"
    raise CheckpointError(
        f"{where} holds {key}, which belongs to no part of ImageBind's audio branch"
    )


def _config(state: Mapping[str, LazyTensor], where: str, heads: int | None) -> ImageBindConfig:
    features, width = _shape(state, "head.weight", where)
    inner, _ = _shape(state, "blocks.0.up_proj.weight", where)
    blocks = {name.split(".")[1] for name in state if name.startswith("blocks.")}
    try:
        config = ImageBindConfig(
            hidden_size=features,
            trunk_width=width,
            trunk_layers=len(blocks),
            trunk_intermediate=inner,
            trunk_heads=ImageBindConfig.trunk_heads if heads is None else heads,
        )
        check_sizes(config, where)
    except INVALID as cause:
        raise CheckpointError(f"{where}: {reason(cause)}") from cause
    unknown = heads is None and width != ImageBindConfig.trunk_width
    if unknown or width % config.trunk_heads:
        raise CheckpointError(
            f"{where}: its trunk of width {width} is not of {config.trunk_heads} heads: say how many "
            "there are with --imagebind-heads"
        )
    return config


def _shape(state: Mapping[str, LazyTensor], name: str, where: str) -> tuple[int, int]:
    shape = state[name].shape if name in state else ()
    if len(shape) != 2:
        raise CheckpointError(
            f"{where} holds no matrix for {name} of ImageBind's audio branch: fetch it again"
        )
    return shape[0], shape[1]
