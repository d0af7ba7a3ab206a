"""What every metric is: references and candidates -> statistics of each item -> values.

Statistics add up. Those of a track, of a question type or of a resample are sums of rows, so that
intervals and groups need no scoring again. Knows neither tracks nor systems.
"""

import importlib
import importlib.metadata
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol, TypeVar

import numpy as np
from jaxtyping import Float

from mullama.errors import MissingExtraError
from mullama.evaluation.metrics.metric_options import MetricOptions

EXTRA = "evaluate"
"""The extra that brings the libraries of metrics."""

Statistics = Float[np.ndarray, "items columns"]
Sums = Float[np.ndarray, "*sets columns"]
"""Sums of rows of `Statistics`: one set of items, or any number of sets side by side."""
Values = dict[str, Float[np.ndarray, "*sets"]]
"""Name -> one number for each set; NaN where a set has nothing to count."""

Reference = TypeVar("Reference", contravariant=True)
Candidate = TypeVar("Candidate", contravariant=True)


@dataclass(frozen=True)
class Need:
    """Something that is not there."""

    what: str
    how: str
    """How to get it."""
    blocks: bool
    """Whether the metric cannot be computed without it; else a part of it is off."""


class Metric(Protocol[Reference, Candidate]):
    """A metric: what is known of it, and its two pure functions."""

    @property
    def name(self) -> str:
        """As in the registry."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns of its statistics count."""

    @property
    def headline(self) -> str:
        """The value that stands for the others where there is room for one."""

    @property
    def direction(self) -> Literal["higher", "lower"]:
        """Which headline is better."""

    @property
    def range(self) -> tuple[float, float]:
        """Between what its values lie, but for counts: those are called `*_items`."""

    @property
    def perfect(self) -> Mapping[str, float]:
        """Value -> what a perfect system reaches; a value that is missing here is no score."""

    @property
    def ceilings(self) -> Mapping[str, str]:
        """Value -> the one that tells what a perfect system reaches on these very items, where one does."""

    def needs(self) -> tuple[Need, ...]:
        """What is missing, and how to get it; empty where nothing is."""
        ...

    def signature(self) -> str:
        """Tokenizer, settings and versions: with the same signature scores are comparable."""
        ...

    def items(self, references: Sequence[Reference], candidates: Sequence[Candidate]) -> Statistics:
        """One row for each item; raises UsageError for wrong types and sets that do not pair up."""
        ...

    def reduce(self, sums: Sums) -> Values:
        """The values of each set of items."""
        ...


AnyMetric = Metric[Any, Any]


def evaluate(
    metric: Metric[Reference, Candidate],
    references: Sequence[Reference],
    candidates: Sequence[Candidate],
) -> dict[str, float]:
    """All values of a metric over a whole set; raises as `Metric.items` does."""
    values = metric.reduce(metric.items(references, candidates).sum(axis=0))
    return {name: float(value) for name, value in values.items()}


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """part / whole; NaN where `whole` is zero."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole != 0)


def f1(precision: np.ndarray, recall: np.ndarray) -> np.ndarray:
    """The harmonic mean; 0 where both are 0, NaN where either is."""
    both = precision + recall
    return np.where(both == 0, 0.0, ratio(2 * precision * recall, both))


class MetricBase:
    """What most metrics share: options, nothing that they need, values from 0 to 1."""

    direction: ClassVar[Literal["higher", "lower"]] = "higher"
    range: ClassVar[tuple[float, float]] = (0.0, 1.0)
    ceilings: ClassVar[Mapping[str, str]] = {}

    def __init__(self, options: MetricOptions | None = None) -> None:
        self.options = options or MetricOptions()

    def needs(self) -> tuple[Need, ...]:
        """Nothing."""
        return ()


class ItemMeans(MetricBase):
    """A metric whose values are means over items: its columns are "items" and the values."""

    columns: ClassVar[tuple[str, ...]]

    def reduce(self, sums: Sums) -> Values:
        """The means."""
        return {
            name: ratio(sums[..., i], sums[..., 0])
            for i, name in enumerate(self.columns[1:], start=1)
        }


def item_rows(scores: Sequence[float] | Sequence[Sequence[float]] | np.ndarray) -> Statistics:
    """The statistics of `ItemMeans`: one score for each item, or several, behind a column of ones."""
    return np.column_stack([np.ones(len(scores)), np.array(scores, dtype=float)])


def library(module: str, purpose: str, *, package: str | None = None) -> Any:
    """A module of the extra `evaluate`, imported now.

    It is what keeps these libraries out of the import of this package, and untyped ones out of
    type checking. Raises MissingExtraError where it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as cause:
        name = package or module.partition(".")[0].replace("_", "-")
        raise MissingExtraError(name, EXTRA, purpose) from cause


def library_need(*modules: str) -> tuple[Need, ...]:
    """The need of a metric whose libraries are not all installed."""
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    how = f"pip install 'mullama[{EXTRA}]'"
    return tuple(Need(name.replace("_", "-"), how, blocks=True) for name in missing)


def version(package: str) -> str:
    """`name:version` of an installed package, for signatures; `name:none` where it is absent."""
    try:
        return f"{package}:{importlib.metadata.version(package)}"
    except importlib.metadata.PackageNotFoundError:
        return f"{package}:none"
