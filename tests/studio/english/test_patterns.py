import random
import re

import pytest

from mullama.studio.english.patterns import bare, count, expression, filled, parsed, tidy


def test_alternatives_nest_and_may_be_empty() -> None:
    pattern = "[I|You [can|could]] hear {what}[| here]."
    said = {filled(pattern, random.Random(seed), {"what": "a organ"}) for seed in range(200)}
    assert said == {
        f"{who} hear an organ{where}."
        for who in ("I", "You can", "You could")
        for where in ("", " here")
    }
    assert count(pattern) == 6


def test_texts_are_tidied() -> None:
    assert tidy(
        "a  organ , a unit and a urn .  it is a one-off"
    ) == "A organ, a unit and an urn. It is a one-off".replace("A organ", "An organ")


def test_the_expression_fits_what_a_pattern_says_and_nothing_else() -> None:
    pattern = "[What|Which] key [is {it} in|does {it} have][|, please]?"
    fits = re.compile(expression(pattern, {"it": ("it", "the song")}))
    for seed in range(100):
        assert fits.fullmatch(bare(filled(pattern, random.Random(seed), {"it": "the song"})))
    assert not fits.fullmatch(bare("What key is the track in?"))
    assert not fits.fullmatch(bare("What key?"))


@pytest.mark.parametrize("broken", ["[a|b", "a]", "[a|[b]"])
def test_brackets_have_to_match(broken: str) -> None:
    with pytest.raises(ValueError, match="bracket"):
        parsed(broken)
