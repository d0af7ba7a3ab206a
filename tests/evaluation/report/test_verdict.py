"""What a share of the way says: by a test, by its interval, on few tracks, below a control."""

import pytest

from mullama.evaluation.report.figure import Figure
from mullama.evaluation.report.verdict import MIN_TRACKS, Verdict, verdict


def share(value: float | None, low: float | None = None, high: float | None = None) -> Figure:
    return Figure.of(None if value is None else {"value": value, "low": low, "high": high})


@pytest.mark.parametrize(
    ("way", "holm", "tracks", "expected"),
    [
        (share(None), None, 100, Verdict.NONE),
        (share(0.5, 0.4, 0.6), 0.001, 100, Verdict.EARS),
        (share(0.5, 0.4, 0.6), 0.06, 100, Verdict.DEAF),
        (share(0.5, 0.4, 0.6), None, 100, Verdict.INTERVAL),
        (share(0.5, -0.1, 0.6), None, 100, Verdict.DEAF),
        (share(-0.5, -0.6, -0.4), None, 100, Verdict.DEAF),
        (share(-0.5, -0.6, -0.4), 0.02, 100, Verdict.DEAF),  # of four controls the best was picked
        (share(-0.5, -0.6, -0.4), 0.01, 100, Verdict.WORSE),
        (share(1.0, 1.0, 1.0), None, MIN_TRACKS - 1, Verdict.FEW),
        (share(0.9, 0.8, 1.0), 0.25, 3, Verdict.FEW),
        (share(0.9, 0.8, 1.0), 0.01, 9, Verdict.EARS),
    ],
)
def test_verdicts(way: Figure, holm: float | None, tracks: int, expected: Verdict) -> None:
    assert verdict(way, holm, 0.05, tracks=tracks, controls=4) is expected
