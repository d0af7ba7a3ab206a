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


@dataclass
class Found:
    """Of one phase."""

    size: dict[str, Any]
    figures: dict[str, Any] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)

    def promise(self, promise: str, seen: str, kept: bool) -> None:
        """Note a promise."""
        self.promises.append(Promise(promise, seen, kept))

    @property
    def broken(self) -> list[Promise]:
        """Those that were not kept."""
        return [promise for promise in self.promises if not promise.kept]

    def as_json(self) -> dict[str, Any]:
        """All of it."""
        return asdict(self)


def percentiles(seconds: list[float]) -> dict[str, float]:
    """p50, p95 and p99, rounded to milliseconds."""
    return {f"p{p}": round(float(np.percentile(seconds, p)), 3) for p in (50, 95, 99)}
