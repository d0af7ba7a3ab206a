"""The stored configuration of a model's part, from outside, becomes one that can be built.

A part's configuration is one of transformers' classes, which take any key and do much with some: they
name code to run, repositories to fetch kernels from, outputs of another form. Here a part keeps only
what describes its network, and every size is held against a limit. Knows no weights.
"""

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from transformers import PreTrainedConfig
from transformers.utils.import_utils import is_flash_attn_2_available, is_flash_attn_3_available

from mullama.errors import CheckpointError
from mullama.options.declare import Bounds

DTYPES = ("float32", "bfloat16", "float16", "float64")
"""What a part may be computed in."""
ATTENTION = ("eager", "sdpa", "flex_attention")
"""Implementations of attention that come with torch and transformers."""
FLASH_ATTENTION = {
    "flash_attention_2": is_flash_attn_2_available,
    "flash_attention_3": is_flash_attn_3_available,
}
"""Those of packages of their own. Without the package transformers would take a kernel from the hub."""
OLDER_KEYS = frozenset({"rope_theta", "rope_scaling", "torch_dtype", "attn_implementation"})
"""What configurations of a network may say beside their class's own fields."""
OF_FILES = frozenset(f.name for f in dataclasses.fields(PreTrainedConfig)) - {"dtype"}
"""What every configuration of transformers says: of files, of labels and of the form of outputs."""
WIDTH, COUNT = Bounds(1, 2**20), Bounds(1, 1024)
LIMITS: Mapping[str, Bounds] = {
    "hidden_size": WIDTH,
    "intermediate_size": WIDTH,
    "head_dim": WIDTH,
    "vocab_size": Bounds(1, 2**24),
    "max_position_embeddings": Bounds(1, 2**31),
    "sliding_window": Bounds(1, 2**31),
    "num_hidden_layers": Bounds(0, 1024),
    "num_attention_heads": COUNT,
    "num_key_value_heads": COUNT,
    "rms_norm_eps": Bounds(0, 1),
    "layer_norm_eps": Bounds(0, 1),
    "sampling_rate": Bounds(1000, 768_000),
    "window_seconds": Bounds(0.01, 600),
    "conv_dim": WIDTH,
    "conv_kernel": WIDTH,
    "conv_stride": WIDTH,
    "num_conv_pos_embeddings": WIDTH,
    "num_conv_pos_embedding_groups": WIDTH,
    "frame_channels": WIDTH,
    "statistics_width": WIDTH,
    "rhythm_width": WIDTH,
    "pitch_channels": WIDTH,
    "patch_embeds_hidden_size": Bounds(1, 2**14),
    "num_mel_bins": Bounds(1, 1024),
    "spec_size": Bounds(1, 2**12),
    "depths": COUNT,
    "trunk_width": WIDTH,
    "trunk_layers": COUNT,
    "trunk_heads": COUNT,
    "trunk_intermediate": WIDTH,
    "bridge_width": WIDTH,
    "bridge_blocks": Bounds(0, 64),
    "lora_rank": Bounds(0, 2**16),
    "lora_layers": Bounds(0, 2**10),
}
"""Size -> what a network can have; of a list each item."""
MAX_ITEMS = 64
"""Of a list of sizes."""
MAX_FRAMES = 2**15
"""Frames in one window of an encoder, whose attention grows with their square; published: 4,500."""


def network_only(kind: type[PreTrainedConfig], stored: Mapping[str, Any]) -> dict[str, Any]:
    """Of a stored configuration the keys that describe a network of this kind.

    Raises CheckpointError for a type or an implementation of attention that is not on the lists.
    """
    known = {field.name for field in dataclasses.fields(kind)} - OF_FILES | OLDER_KEYS
    for key in ("dtype", "torch_dtype"):
        dtype = stored.get(key)
        if dtype is not None and str(dtype).removeprefix("torch.") not in DTYPES:
            raise CheckpointError(f"{key} {dtype!r} is not known; known: {', '.join(DTYPES)}")
    check_attention(stored.get("attn_implementation"))
    return {key: value for key, value in stored.items() if key in known}


def check_attention(name: Any) -> None:
    """Refuse an implementation of attention, or one by part, that would be fetched from elsewhere."""
    if isinstance(name, dict):
        for inner in name.values():
            check_attention(inner)
    elif isinstance(name, str) and name in FLASH_ATTENTION:
        if not FLASH_ATTENTION[name]():
            raise CheckpointError(
                f"attention by {name} needs its package, which is not installed or has no GPU: take "
                f"attn_implementation out of config.json"
            )
    elif name is not None and name not in ATTENTION:
        known = ", ".join((*ATTENTION, *FLASH_ATTENTION))
        raise CheckpointError(f"unknown attn_implementation {name!r}; known: {known}")


def check_sizes(part: PreTrainedConfig, where: str) -> None:
    """Refuse sizes that no network has. Raises CheckpointError beginning with `where`."""
    for name, bounds in LIMITS.items():
        found = getattr(part, name, None)
        items = found if isinstance(found, list | tuple) else [found]
        if len(items) > MAX_ITEMS:
            raise CheckpointError(
                f"{where}: {name} has {len(items)} items; {MAX_ITEMS} are allowed"
            )
        for item in items:
            if item is not None and not _is_within(item, bounds):
                raise CheckpointError(f"{where}: {name} should be {bounds}, not {item!r}")
    vocabulary = getattr(part, "vocab_size", None)
    padding = getattr(part, "pad_token_id", None)
    if padding is not None and vocabulary is not None and not -vocabulary <= padding < vocabulary:
        raise CheckpointError(f"{where}: pad_token_id {padding} is not in the vocabulary")


def check_frames(audio: PreTrainedConfig, where: str) -> None:
    """Refuse an encoder that would cut a window into so many frames that it never ends."""
    stride = getattr(audio, "conv_stride", None)
    if stride is None:  # not HuBERT's architecture
        return
    frames = audio.sampling_rate * audio.window_seconds / math.prod(stride)
    if frames > MAX_FRAMES:
        raise CheckpointError(
            f"{where}: a window of {audio.window_seconds} s would have {frames:.0f} frames by "
            f"conv_stride; {MAX_FRAMES} are allowed"
        )


def _is_within(item: Any, bounds: Bounds) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool) and item in bounds
