"""Numbers of the public code of ImageBind and LLaMA-Adapter on tiny random weights, and those weights.

`tests/golden/imagebind`: files laid out as published, three sounds, and arrays. `melspec` is what comes
before the picture is scaled; of tokens and blocks only the first clip is there, of the resampled wave
both ends.
"""

import json
import math
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mullama.checkpoints.convert.convert_options import ConvertOptions
from mullama.listen.audio.reader import AudioReader
from paths import GOLDEN

FOLDER = GOLDEN / "imagebind"
LLAMA, ADAPTER, IMAGEBIND = FOLDER / "llama", FOLDER / "7B_like.pth", FOLDER / "imagebind_like.pth"
HEADS = 4
RATE = 16_000
SHORT, STEREO, LONG = SOUNDS = "short_1p3s", "stereo_5s", "long_12s"


@cache
def arrays() -> dict[str, np.ndarray]:
    """All arrays by their published names."""
    with np.load(FOLDER / "golden.npz") as stored:
        return dict(stored)


@cache
def facts() -> dict[str, Any]:
    """Clip bounds, prompts, settings, greedy runs."""
    return json.loads((FOLDER / "golden.json").read_text(encoding="utf-8"))


@cache
def real() -> dict[str, Any]:
    """Names and shapes of the published files."""
    return json.loads((FOLDER / "keys_real.json").read_text(encoding="utf-8"))


def sound(name: str) -> AudioReader:
    """A sound, read as the published code reads it."""
    path = FOLDER / "audio" / f"{name}.flac"
    return AudioReader(path, RATE, as_published=True, limit_seconds=math.inf)


def picture(name: str) -> Tensor:
    """What the published encoder was given: (clips, bands, frames)."""
    return (torch.from_numpy(arrays()[f"melspec_{name}"]) + 4.268) / 9.138


def options(out: Path, **changes: Any) -> ConvertOptions:
    """How the published files become a folder."""
    given = {"llama": LLAMA, "adapter": ADAPTER, "imagebind": IMAGEBIND, "imagebind_heads": HEADS}
    return ConvertOptions(out=out, **{**given, **changes})


def imagebind() -> dict[str, Tensor]:
    """ImageBind's tensors of all modalities, by its own names."""
    return torch.load(IMAGEBIND, weights_only=True)


def adapter() -> dict[str, Tensor]:
    """LLaMA-Adapter's tensors by its own names."""
    return torch.load(ADAPTER, weights_only=True)["model"]
