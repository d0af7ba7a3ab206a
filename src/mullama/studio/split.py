"""Clips that belong together, named and counted: what a training or a measurement asks the studio for."""

from dataclasses import dataclass
from typing import Annotated

from mullama.options import Bounds, Options


@dataclass(frozen=True)
class Split(Options):
    """Studio clips that belong together, by the seeds that are set aside for a purpose."""

    name: str
    """What phases and tables call it."""
    purpose: str
    """Whose seeds; see `mullama.studio.clips.SEEDS`."""
    clips: Annotated[int, Bounds(1)]
    """How many seeds, from the first on."""
    takes: Annotated[int, Bounds(1)] = 1
    """Different mixes of each seed."""
    bank: str | None = None
    """The sound bank; without it the training banks take turns."""
    silences: Annotated[int, Bounds(0)] = 0
    """Clips without any music that are added: digital silence, hum and noise."""
