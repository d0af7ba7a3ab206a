"""A share of the way with its interval, and a test -> what a value says of its system's ears."""

from enum import StrEnum

from mullama.evaluation.report.figure import Figure


class Verdict(StrEnum):
    """In words, as tables have it."""

    EARS = "needed ears"
    """Better than the best control, by a corrected test."""
    INTERVAL = "above its controls"
    """By its interval alone: there is no test of this value."""
    DEAF = "not shown to need ears"
    WORSE = "below its best control"
    NONE = ""
    """There are no controls to compare with, or they are perfect."""

    @property
    def css(self) -> str:
        """The name of its class in a page."""
        return self.name.lower()


def verdict(way: Figure, holm: float | None, level: float) -> Verdict:
    """`way` is the share from the best control to perfect; `holm`, where there is a test, its corrected p."""
    if way.value is None:
        return Verdict.NONE
    if holm is not None:
        if holm >= level:
            return Verdict.DEAF
        return Verdict.EARS if way.value > 0 else Verdict.WORSE
    if way.low is not None and way.low > 0:
        return Verdict.INTERVAL
    return Verdict.WORSE if way.high is not None and way.high < 0 else Verdict.DEAF
