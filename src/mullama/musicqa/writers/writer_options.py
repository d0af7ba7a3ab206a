"""How writers are to work; the same options for every writer. Does not know any."""

from dataclasses import dataclass
from typing import Annotated

from mullama.musicqa.interview.interview import ATTEMPTS
from mullama.options import Bounds, Options


@dataclass(frozen=True, kw_only=True)
class WriterOptions(Options):
    """Each writer follows the options that concern it."""

    temperature: Annotated[float, Bounds(0, 100)] = 0.0
    """0 takes the likeliest token; above it every clip draws from a seed of its own."""
    max_tokens: Annotated[int, Bounds(1, 1_000_000)] = 2048
    """Longest reply, in tokens."""
    attempts: Annotated[int, Bounds(1, 100)] = ATTEMPTS
    """Replies in each round before a clip fails."""
    batch_size: Annotated[int, Bounds(1, 65_536)] = 8
    """Local: clips at once."""
    in_flight: Annotated[int, Bounds(1, 10_000)] = 32
    """Endpoint: clips at once."""
    requests_per_minute: Annotated[float, Bounds(0, 1e6)] = 0.0
    """Endpoint: limit of requests; 0 for none, below 0.1 as 0.1."""
    timeout: Annotated[float, Bounds(0.001, 86_400)] = 120.0
    """Endpoint: seconds without a reply."""
    retries: Annotated[int, Bounds(0, 1000)] = 6
    """Endpoint: how often a request is sent again when it is busy, broken or cut off."""
    price_in: Annotated[float, Bounds(0, 1e9)] = 0.0
    """Price of a million tokens that are read, for the totals."""
    price_out: Annotated[float, Bounds(0, 1e9)] = 0.0
    """Price of a million tokens that are written, for the totals."""
