"""Clips that belong together, named and counted: what a training or a measurement asks the studio for."""

from dataclasses import dataclass
from typing import Annotated, Literal

from mullama.options import Bounds, Options

SourceName = Literal["composed", "songs", "scores", "recordings"]
"""Where music comes from: the studio's own composer, without and with singers, other people's scores, free
recordings."""


@dataclass(frozen=True)
class Split(Options):
    """Clips that belong together, by the seeds that are set aside for a purpose."""

    name: str
    """What phases and tables call it."""
    purpose: str
    """Whose seeds; see `mullama.studio.clips.SEEDS`. Of others' music, `held-out` has works of its own."""
    clips: Annotated[int, Bounds(1)]
    """How many seeds, from the first on; of recordings, at most so many."""
    source: SourceName = "composed"
    """Whose music it is."""
    takes: Annotated[int, Bounds(1)] = 1
    """Different mixes of each seed."""
    bank: str | None = None
    """The sound bank; without it the training banks take turns."""
    silences: Annotated[int, Bounds(0)] = 0
    """Clips without any music that are added: digital silence, hum and noise."""
    worn: Annotated[float, Bounds(0, 1)] = 0.0
    """Share of the clips that are detuned and sent through rooms and machines; see `studio.sound.wear`."""
