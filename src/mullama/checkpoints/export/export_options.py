"""What an export is told. Imports no torch, so that the command's help comes at once."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.options import Bounds, Flag, Options

Target = Literal["hf", "vllm", "gguf"]


@dataclass(frozen=True, kw_only=True)
class ExportOptions(Options):
    """For whom a model's language model is written, where, and in which type."""

    target: Target
    """Who reads it: transformers and PEFT, vLLM, or llama.cpp and what is built on it."""
    out: Annotated[Path, Flag("DIR")]
    """The folder to write."""
    base: Annotated[Path | None, Flag("DIR|FILE")] = None
    """The language model of a folder that holds an adapter alone."""
    song: Annotated[Path | None, Flag("AUDIO")] = None
    """With --for gguf: a music file that is inside, so that no adapter is needed."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Of all weights (default: as they are run here)."""
    tensor_parallel: Annotated[int, Bounds(1, 1024), Flag("N")] = 1
    """Devices that share the attention's heads; songs need the same number."""
    overwrite: bool = False
    """Replace an export in --out."""
