"""What was measured of one encoder, and how it is stored as a line of JSON."""

from dataclasses import asdict, dataclass
from typing import Any

from mullama.evaluation.metrics.intervals import Interval
from mullama.evaluation.probe.scores import METRICS
from mullama.jobs.records import RecordFormat


@dataclass(frozen=True)
class ProbeResult:
    """One encoder's row."""

    encoder: str
    """Its label."""
    key: str
    """Digest of the encoder, the clips, their tags and the options: the same key, the same figures."""
    kind: str
    """Its architecture."""
    parameters: int
    states: int
    features: int
    values: dict[str, dict[str, Interval]]
    """Metric -> tag or "mean" -> its value on the test clips, from 0 to 1."""
    mix: list[float]
    """The weight of each hidden state."""
    epochs: int
    best_epoch: int
    validation: float
    """Mean ROC-AUC on the validation clips, at the best pass."""


def _decode(values: dict[str, Any], where: str) -> ProbeResult:
    found = {
        metric: {tag: Interval(**interval) for tag, interval in values["values"][metric].items()}
        for metric in METRICS
    }
    return ProbeResult(**{**values, "values": found})


FORMAT = RecordFormat[ProbeResult](
    encode=asdict, decode=_decode, key=lambda result: (result.encoder, result.key)
)
"""One line of the log of probes."""
