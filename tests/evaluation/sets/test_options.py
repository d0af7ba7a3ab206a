"""Options: keys as sets write them, an order that a seed fixes, lists in questions."""

import pytest

from mullama.data.tally import LeftOut
from mullama.evaluation.sets.options import listed, require_options, right_option, shuffled

RHYTHMS = ("Swing rhythm", "Straight rhythm", "Syncopated rhythm")


@pytest.mark.parametrize(
    ("key", "right"),
    [
        ("Straight rhythm", 1),
        ("(B) Straight rhythm", 1),
        ("B. straight  Rhythm", 1),
        ("C", 2),
        ("(A)", 0),
        ("A. Straight rhythm", 1),
    ],
)
def test_keys(key: str, right: int) -> None:
    assert right_option(RHYTHMS, key, "here") == right


@pytest.mark.parametrize("key", ["D", "Rhythm", "", "(D) Polyrhythm", "b"])
def test_keys_of_nothing(key: str) -> None:
    with pytest.raises(LeftOut, match="here"):
        right_option(RHYTHMS, key, "here")


def test_a_key_that_is_an_option_and_a_letter() -> None:
    assert right_option(("B", "A", "C"), "A", "here") == 1  # notes, not letters of options


@pytest.mark.parametrize("texts", [("one",), ("a", "a"), ("a", " "), tuple(map(str, range(27)))])
def test_unusable_options(texts: tuple[str, ...]) -> None:
    with pytest.raises(LeftOut, match="here"):
        require_options(texts, "here")


def test_the_order_depends_on_the_seed_alone() -> None:
    """Fixed by value: published scores must mean the same questions on every machine."""
    assert shuffled("a", ["b", "c", "d"], "set/1", "") == shuffled(
        "a", ["b", "c", "d"], "set/1", ""
    )
    orders = {shuffled("a", ["b", "c", "d"], f"set/{n}", "")[0] for n in range(500)}
    assert len(orders) == 24
    assert shuffled("a", ["b", "c", "d"], "set/1", "")[0] == ("a", "d", "c", "b")


def test_lists_in_questions() -> None:
    text = "Which comes first?\nA. drums\n  B) bass \n(C) voice: high"
    assert listed(text) == ("Which comes first?", ("drums", "bass", "voice: high"))
    for none in ("Which?", "Which?\nA. drums", "Which?\nB. drums\nC. bass", "A major or C minor?"):
        assert listed(none) == (none, ())
