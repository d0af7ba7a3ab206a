"""A model's name becomes facts about it: its parts, their sizes, and where they came from.

From its configuration and the headers of its files alone; no weight is read.
"""

from pathlib import Path
from typing import Any

import torch

from mullama.checkpoints.store import SMALL, load_config, open_safetensors, resolve, weights
from mullama.checkpoints.tensors import read_config


def describe(name: str | Path | None = None) -> dict[str, Any]:
    """What a model is made of, from its configuration and its files' headers alone."""
    folder = resolve(name)
    config = load_config(folder)
    counts, dtypes = _counts(folder)
    audio, text = config.audio_config, config.text_config
    sampling = folder / "generation_config.json"
    chosen = read_config(sampling) if sampling.is_file() else {}
    return {
        "model": SMALL if name is None else str(name),
        "encoder": {
            "kind": audio.model_type.removeprefix("mullama_"),
            "hidden states": audio.num_hidden_layers + 1,
            "features": audio.hidden_size,
            "sampling rate (Hz)": audio.sampling_rate,
            "window (s)": audio.window_seconds,
        },
        "language_model": {
            "kind": text.model_type,
            "layers": text.num_hidden_layers,
            "hidden": text.hidden_size,
            "heads": text.num_attention_heads,
            "vocabulary": text.vocab_size,
        },
        "listening": config.listening,
        "adapted_layers": config.adapted_layers,
        "lora_rank": config.lora_rank,
        "prompt": config.prompt,
        "sampling": {
            "temperature": chosen.get("temperature", 1.0) if chosen.get("do_sample") else 0.0,
            "top_p": chosen.get("top_p", 1.0),
            "max_new_tokens": chosen.get("max_new_tokens"),
        },
        "parameters": counts,
        "dtypes": dtypes,
        "bytes": sum(path.stat().st_size for path in weights(folder)),
        "provenance": config.provenance,
    }


def _counts(folder: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Parameters of each part, and of each stored type."""
    parts = dict.fromkeys(("encoder", "adapter", "language_model", "total"), 0)
    dtypes: dict[str, int] = {}
    for path in weights(folder):
        with open_safetensors(path) as file:
            for key in file.keys():  # noqa: SIM118  (not a mapping)
                found = file.get_slice(key)
                count = torch.Size(found.get_shape()).numel()
                part = key.partition(".")[0]
                parts[part if part in parts else "adapter"] += count
                parts["total"] += count
                dtypes[found.get_dtype()] = dtypes.get(found.get_dtype(), 0) + count
    return parts, dtypes
