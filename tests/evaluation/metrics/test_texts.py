"""Sets that cannot be scored are refused in one line; an empty answer is an answer."""

import pytest

from mullama.errors import UsageError
from mullama.evaluation.metrics.texts import MAX_CHARACTERS, validate


def test_one_reference_or_several() -> None:
    assert validate(["a", ["b", "c"]], ["", "x"]) == [("a",), ("b", "c")]


@pytest.mark.parametrize(
    ("references", "candidates", "said"),
    [
        ([], [], "no references"),
        (["a"], [], "1 references and 0 candidates"),
        ("a", ["a"], "references are a list"),
        (["a"], "a", "candidates are a list"),
        (["a"], {"a": 1}, "candidates are a list, not of type dict"),
        (["a", None], ["a", "b"], "reference 1 is missing"),
        (["a", []], ["a", "b"], "reference 1 is missing"),
        (["a", " "], ["a", "b"], "reference 1 is empty"),
        (["a", 3], ["a", "b"], "reference 1 is not a text but of type int"),
        (["a", ["b", 3]], ["a", "b"], "reference 1 is not a text but of type int"),
        (["a", "b"], ["a", None], "candidate 1 is missing"),
        (["a", "b"], ["a", b"b"], "candidate 1 is not a text but of type bytes"),
        (["a"], ["x" * (MAX_CHARACTERS + 1)], "candidate 0 has 20,001 characters"),
    ],
)
def test_what_cannot_be_scored(references: object, candidates: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        validate(references, candidates)  # type: ignore[arg-type]
