"""Accuracy by letter, by text and by likelihood; the share of what could not be read."""

import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.choices import Choice, ChoiceLikelihoods, Choices
from mullama.evaluation.metrics.metric import evaluate

CHOICE = Choice(("piano", "flute", "harp", "a very long option indeed"), 1)


def test_what_cannot_be_read_is_wrong_and_counted() -> None:
    values = evaluate(Choices(), [CHOICE] * 4, ["B", "It is a flute.", "A", "A quiet song"])
    assert values == {"accuracy": 0.5, "unreadable": 0.25, "chance": 0.25}


def test_likelihoods() -> None:
    answers = [[-2, -1, -3, -9], [-1, -2, -3, -9], [-1, -1, -3, -9], [-9, -9, -9, -9.5]]
    values = evaluate(ChoiceLikelihoods(), [CHOICE] * 4, answers)
    # The third is a tie. By characters, the last is one of the long option.
    assert values == {"accuracy": 0.25, "accuracy_normalised": 0.25, "chance": 0.25}
    long = Choice(CHOICE.options, 3)
    assert evaluate(ChoiceLikelihoods(), [long], answers[3:])["accuracy_normalised"] == 1.0


@pytest.mark.parametrize("given", [[-1, -2], [-1, -2, -3, float("nan")], [0.1, -1, -2, -3], "abcd"])
def test_malformed_likelihoods(given: object) -> None:
    with pytest.raises(UsageError, match="candidate 0 is not"):
        ChoiceLikelihoods().items([CHOICE], [given])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("options", "right"), [(("a",), 0), (("a", "b"), 2), (("a", " "), 0), (("a", "a"), 0)]
)
def test_malformed_choices(options: tuple[str, ...], right: int) -> None:
    with pytest.raises(UsageError, match="option"):
        Choice(options, right)
