"""A share of the way with its interval, and a test -> what a value says of its system's ears."""

from enum import StrEnum

from mullama.evaluation.report.figure import Figure

MIN_TRACKS = 10
"""On fewer, bootstrap intervals are too narrow by far, and no corrected test can pass."""


class Verdict(StrEnum):
    """In words, as tables have it."""

    EARS = "needed ears"
    """Better than the best control, by a corrected test."""
    INTERVAL = "above its controls"
    """By its interval alone: there is no test of this value."""
    DEAF = "not shown to need ears"
    WORSE = "below its best control"
    FEW = "too few tracks to tell"
    NONE = ""
    """There are no controls to compare with, or they are perfect."""

    @property
    def css(self) -> str:
        """The name of its class in a page."""
        return self.name.lower()


def verdict(
    way: Figure, holm: float | None, alpha: float, *, tracks: int, controls: int
) -> Verdict:
    """What `way`, the share from the best control to perfect, says on so many tracks.

    `holm` is the test's corrected p, where there is a test. The best control was picked from `controls`
    of them on the same data, which errs against the system: "below" has to be that much surer.
    """
    if way.value is None:
        return Verdict.NONE
    if tracks < MIN_TRACKS and (holm is None or holm >= alpha):
        return Verdict.FEW
    if holm is not None:
        if way.value < 0:
            return Verdict.WORSE if holm * controls < alpha else Verdict.DEAF
        return Verdict.EARS if holm < alpha else Verdict.DEAF
    return Verdict.INTERVAL if way.low is not None and way.low > 0 else Verdict.DEAF
