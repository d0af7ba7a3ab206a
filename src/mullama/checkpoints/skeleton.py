"""A configuration and the shapes of stored tensors become a model without memory.

No configuration can ask for more modules than there are tensors for: building even an empty model takes
a millisecond a layer. Knows names and shapes, no files.
"""

from collections.abc import Mapping

import torch

from mullama.checkpoints.json_file import INVALID, reason
from mullama.config import MuLlamaConfig
from mullama.errors import CheckpointError
from mullama.model import MuLlamaForConditionalGeneration

EMBEDDING = "language_model.model.embed_tokens.weight"
HEAD = "language_model.lm_head.weight"
"""Not stored where it is the embedding itself."""

Shapes = Mapping[str, tuple[int, ...]]


def build_skeleton(
    config: MuLlamaConfig, stored: Shapes, where: str
) -> MuLlamaForConditionalGeneration:
    """The model of `config`, every tensor on torch's meta device.

    Raises CheckpointError, beginning with `where`, for a configuration that makes no model, or none
    that the `stored` tensors could fill.
    """
    for name, count in _counts(config).items():
        if count > len(stored):
            raise CheckpointError(
                f"{where}: its configuration says {name} {count}, but its weights are {len(stored)} "
                "tensors in all"
            )
    try:
        with torch.device("meta"):
            return MuLlamaForConditionalGeneration(config)
    except INVALID as cause:
        raise CheckpointError(
            f"{where}: no model has this configuration: {reason(cause)}"
        ) from cause


def needed_shapes(model: MuLlamaForConditionalGeneration) -> dict[str, tuple[int, ...]]:
    """Name -> shape of every tensor that has to be stored for a model."""
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    if model.config.text_config.tie_word_embeddings:
        shapes.pop(HEAD, None)
    return shapes


def _counts(config: MuLlamaConfig) -> dict[str, int]:
    """How many modules of each kind the configuration asks for."""
    audio = config.audio_config
    return {
        "text_config.num_hidden_layers": config.text_config.num_hidden_layers,
        "audio_config.num_hidden_layers": audio.num_hidden_layers,
        "audio_config.trunk_layers": getattr(audio, "trunk_layers", 0),
        "audio_config.conv_dim": len(getattr(audio, "conv_dim", ())),
        "audio_config.frame_channels": len(getattr(audio, "frame_channels", ())),
        "bridge_blocks": config.bridge_blocks,
    }
