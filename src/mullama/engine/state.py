"""What an engine is doing, in figures: for /metrics, and for whoever wonders."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class EngineState:
    """One moment; totals count from the engine's start."""

    waiting: int
    """Requests that wait for their song, or for a place in the batch."""
    hearing: int
    """Songs that are being listened to."""
    running: int
    """Rows in the batch."""
    songs: int
    """In the cache."""
    song_bytes: int
    hits: int
    """Requests whose song was known."""
    misses: int
    tokens: int
    """Made, for whomever."""
    seconds_heard: float
    outcomes: Mapping[str, int] = field(default_factory=dict)
    """How many requests ended as: `stop`, `length`, `choice`, or the name of an error's class."""
    closed: bool = False
