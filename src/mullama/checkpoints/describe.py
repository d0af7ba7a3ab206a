"""A model's name becomes facts about it: its parts, their sizes, and where they came from.

From its configuration and the headers of its files alone; no weight is read.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mullama.answer.sampling import Sampling, stored_sampling
from mullama.checkpoints.model_folder import ModelFolder, read_model_folder
from mullama.checkpoints.shipped import model_name
from mullama.checkpoints.store import resolve
from mullama.checkpoints.weight_files import CODES, StoredTensor


def describe(name: str | Path | None = None) -> dict[str, Any]:
    """What a model is made of, from its configuration and its files' headers alone."""
    folder = read_model_folder(resolve(name))
    config = folder.config
    audio, text = config.audio_config, config.text_config
    counts, dtypes = _counts(folder.tensors)
    return {
        "model": model_name(name),
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
        "sampling": _sampling(folder),
        "parameters": counts,
        "dtypes": dtypes,
        "bytes": sum(path.stat().st_size for path in folder.files),
        "provenance": config.provenance,
    }


def _sampling(folder: ModelFolder) -> dict[str, Any]:
    """How answers are drawn unless something else is asked for: every option of `Sampling`."""
    stored = {} if folder.generation is None else folder.generation.to_dict()
    return asdict(Sampling(**stored_sampling(stored)))


def _counts(tensors: Mapping[str, StoredTensor]) -> tuple[dict[str, int], dict[str, int]]:
    """Parameters of each part, and of each stored type."""
    parts = dict.fromkeys(("encoder", "adapter", "language_model", "total"), 0)
    dtypes: dict[str, int] = {}
    for key, tensor in tensors.items():
        part = key.partition(".")[0]
        parts[part if part in parts else "adapter"] += tensor.numel
        parts["total"] += tensor.numel
        code = CODES[tensor.dtype]
        dtypes[code] = dtypes.get(code, 0) + tensor.numel
    return parts, dtypes
