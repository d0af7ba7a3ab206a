import pytest

from mullama.evaluation.counted import counted
from mullama.evaluation.report.figure import (
    UNKNOWN,
    Figure,
    number,
    p_value,
    percent,
    probability,
)


def test_numbers_have_the_digits_of_published_tables() -> None:
    assert number(0.3064) == "0.306"
    assert number(-0.25) == "\N{MINUS SIGN}0.250"
    assert number(-0.0001) == "0.000"
    assert number(None) == UNKNOWN
    assert percent(-0.004) == "0\u202f%"
    assert percent(0.345) == "34\u202f%"


@pytest.mark.parametrize(
    ("p", "cell", "text"),
    [(0.0123, "0.012", "= 0.012"), (0.0001, "< 0.001", "< 0.001"), (None, UNKNOWN, UNKNOWN)],
)
def test_small_probabilities_are_bounds(p: float | None, cell: str, text: str) -> None:
    assert (p_value(p), probability(p)) == (cell, text)


def test_a_figure_without_interval_shows_none() -> None:
    figure = Figure.of({"value": 0.5, "low": None, "high": None})
    assert (str(figure), figure.interval, figure.sort_key) == ("0.500", "", "0.5")
    assert not Figure.of(None).known
    assert Figure.of({"value": float("nan")}) == Figure()


def test_counts_agree_with_their_nouns() -> None:
    assert (counted(1, "item"), counted(1200, "item")) == ("1 item", "1,200 items")
