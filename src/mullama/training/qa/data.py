"""A recipe's data sets become pairs to train on and pairs held out, with how often each comes.

What is held out is whole tracks, never single pairs of one, and follows from the track's name alone.
Knows files of pairs; not tokens, not sound.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mullama.data.files import read_pairs
from mullama.data.records import Pair
from mullama.errors import UsageError
from mullama.training.recipe import DataSet, Recipe


@dataclass(frozen=True)
class PairSet:
    """One data set as it was found."""

    path: Path
    """Its file, of any format of `data.files`."""
    audio: Path | None
    """Where its audio is said to lie: a folder or a zip file."""
    weight: float
    """How often each pair comes."""
    pairs: tuple[Pair, ...]


def find(recipe: Recipe, data: Path | None, audio: Path | None) -> list[PairSet]:
    """Read the recipe's data sets; `data` is their folder, or one file that stands for them.

    Raises UsageError naming what is missing or cannot be read.
    """
    sets: Sequence[DataSet] = recipe.data
    if data is not None and data.is_file():
        sets, data = (DataSet(data.name),), data.parent
    if not sets:
        raise UsageError(
            f"recipe {recipe.name} names no data: give --data FILE.jsonl with one "
            '{"audio", "question", "answer"} a line'
        )
    found = []
    for one in sets:
        path = (data or Path()) / one.file
        if not path.is_file():
            if one.optional:
                continue
            raise UsageError(f"recipe {recipe.name} needs {path}: give its folder by --data")
        place = audio or (path.parent / one.audio if one.audio else None)
        found.append(PairSet(path, place, one.weight, tuple(read_pairs(path))))
    if not any(source.pairs for source in found):
        raise UsageError(f"no pairs in {', '.join(str(source.path) for source in found)}")
    return found


def is_held_out(pair: Pair, share: float) -> bool:
    """Whether a pair's track is held out for validation; text alone never is."""
    if pair.audio is None:
        return False
    # The name alone, so that the same tracks are held out wherever the data lie.
    digest = hashlib.sha256(Path(pair.audio).name.encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64


def divide(
    sources: Sequence[PairSet], share: float, max_held_out: int
) -> tuple[list[Pair], NDArray[np.float64], list[Pair]]:
    """Pairs to train on, how often each comes (pairs,), and at most `max_held_out` to validate with."""
    training: list[Pair] = []
    weights: list[float] = []
    validation: list[Pair] = []
    for source in sources:
        for pair in source.pairs:
            if is_held_out(pair, share):
                validation.append(pair)
            else:
                training.append(pair)
                weights.append(source.weight)
    if share and not validation:
        raise UsageError(
            "no track is held out for validation: there are too few; set validation: 0"
        )
    if not training:
        raise UsageError("every track is held out for validation: set validation lower")
    every = max(1, -(-len(validation) // max_held_out))
    return training, np.array(weights), validation[::every]
