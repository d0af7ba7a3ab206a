"""Pairs become those for training, with how often each comes, and those held out for validation.

Whole tracks are held out, never single pairs of one, and which ones follows from the track's name
alone. Does not know tokens or audio.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.jobs.digest import text_number
from mullama.training.qa.find_pairs import PairSet


def is_held_out(pair: Pair, share: float) -> bool:
    """Whether a pair's track is held out for validation; text alone never is."""
    if pair.audio is None:
        return False
    # The name alone, so that the same tracks are held out wherever the data lie.
    return text_number(Path(pair.audio).name) < share * 2**64


class DividedPairs(NamedTuple):
    """Pairs by what they are for."""

    training: list[Pair]
    weights: NDArray[np.float64]
    """How often each of them comes in an epoch, on average (pair,)."""
    held_out: list[Pair]
    """For validation."""


def divide(sources: Sequence[PairSet], share: float, limit: int) -> DividedPairs:
    """Hold out a share of the tracks, and of their pairs at most `limit`, evenly spaced."""
    divided = DividedPairs([], np.empty(0), [])
    weights: list[float] = []
    for source in sources:
        for pair in source.pairs:
            if is_held_out(pair, share):
                divided.held_out.append(pair)
            else:
                divided.training.append(pair)
                weights.append(source.weight)
    if share and not divided.held_out:
        raise UsageError(
            "no track is held out for validation: there are too few; set validation: 0"
        )
    if not divided.training:
        raise UsageError("every track is held out for validation: set validation lower")
    spacing = max(1, -(-len(divided.held_out) // limit))
    return DividedPairs(divided.training, np.array(weights), divided.held_out[::spacing])
