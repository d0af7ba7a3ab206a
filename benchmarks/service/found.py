"""What a phase found: figures, and promises that were kept or not."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Promise:
    """Something that the service promises, and what was seen of it."""

    promise: str
    seen: str
    kept: bool
    timed: bool = False
    """Whether it is about speed: that is not held against a short run, beside whatever else runs."""


@dataclass
class Found:
    """Of one phase."""

    size: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)

    def promise(self, promise: str, seen: str, kept: bool, *, timed: bool = False) -> None:
        """Note a promise."""
        self.promises.append(Promise(promise, seen, kept, timed))

    def broken(self, *, timed: bool) -> list[Promise]:
        """Those that were not kept, with those about speed or without."""
        return [one for one in self.promises if not one.kept and (timed or not one.timed)]

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99, rounded to milliseconds."""
    return {f"p{p}": round(float(np.percentile(seconds, p)), 3) for p in (50, 95, 99)}
