"""The options of asking systems, each written here alone. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True, kw_only=True)
class AnswerOptions(Options):
    """Where audio lies, and how the work is done."""

    audio: Annotated[tuple[Path, ...], Flag("ZIP|DIR")] = ()
    """Where the set's audio lies: a folder or a zip file; beside the set as well. May be given again."""
    workers: Annotated[int | None, Bounds(1), Flag("N")] = None
    """Batches at a time (default: 1, for an endpoint what its system says)."""
    engine: Literal["here", "threads", "processes", "ray"] | None = None
    """Where the workers are: `ray` is a cluster, or this machine where there is none (default: threads
    for an endpoint, processes for more than one worker)."""
    gpus: Annotated[float, Bounds(0, 64)] = 0.0
    """Of each worker on a Ray cluster."""
    shard: Annotated[str, Flag("K/N")] = "1/1"
    """The part of the work that this process does, such as 2/4; a last run without it joins all parts."""
    retry_failed: bool = False
    """Ask again what failed before."""
