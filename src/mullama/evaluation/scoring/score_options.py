"""The options of scoring, each written here alone. Imports nothing heavy."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.evaluation.metrics.metric_options import MetricOptions
from mullama.options import Bounds, Flag

Table = Literal["as-published", "standard", "attributes", "choices"]
TABLES: tuple[Table, ...] = ("as-published", "standard", "attributes", "choices")


@dataclass(frozen=True, kw_only=True)
class ScoreOptions(MetricOptions):
    """Which figures are made, and of what."""

    table: tuple[Table, ...] = TABLES
    """Table of scores; may be given again (by default all that fit the set)."""
    metric: Annotated[tuple[str, ...], Flag("NAME")] = ()
    """Another metric, another package's as well, in a table of its own; may be given again."""
    hold_out: Annotated[tuple[Path, ...], Flag("FILE")] = ()
    """What systems were trained on: tracks of the set that are in it are warned of; may be given again."""
    level: Annotated[float, Bounds(0.5, 0.999)] = 0.95
    """Of intervals."""
    resamples: Annotated[int, Bounds(100, 100_000)] = 2000
    """Of tracks, for intervals."""
    permutations: Annotated[int, Bounds(100, 1_000_000)] = 9999
    """For paired tests."""
    seed: Annotated[int, Bounds(0, 2**63 - 1)] = 0
    """Of both."""
