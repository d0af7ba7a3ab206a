"""CIDEr-D by hand, and against numbers of the implementation that COCO's tables are made with."""

import math

import pytest

from mullama.evaluation.metrics.cider import CiderD, words
from mullama.evaluation.metrics.metric import evaluate


def item_scores(references: list[str | list[str]], candidates: list[str]) -> list[float]:
    return CiderD().items(references, candidates)[:, 1].tolist()


def test_by_hand() -> None:
    # Two items, so each n-gram of one weighs log 2. Equal texts of two words agree in the orders 1
    # and 2, and have no others. "c x" shares one of two unigrams: a cosine of 1/2.
    assert item_scores(["a b", "c d"], ["a b", "c x"]) == pytest.approx([5.0, 1.25])


def test_repetition_and_length_cost() -> None:
    # Unigrams: counts (2, 2) clipped to (1, 1) give 2 / (sqrt 8 * sqrt 2); bigrams: one of three.
    expected = 10 / 4 * (1 / 2 + 1 / math.sqrt(3)) * math.exp(-(2**2) / (2 * 6**2))
    assert item_scores(["a b", "c d"], ["a b", "c c d d"])[1] == pytest.approx(expected)


def test_what_every_item_has_weighs_nothing() -> None:
    assert item_scores(["the piano", "the drums"], ["the", "the"]) == [0.0, 0.0]
    assert set(evaluate(CiderD(), ["a piano"], ["a piano"]).values()) == {0.0}


def test_equals_the_reference_implementation() -> None:
    # pycocoevalcap 1.2.0, CiderScorer(n=4, sigma=6), computed once.
    references = [
        ["a calm piano piece", "a slow piano piece plays"],
        ["fast drums and bass"],
        ["a sad violin melody over slow strings"],
    ]
    candidates = [
        "a calm piano piece with drums",
        "drums and fast bass",
        "a sad violin over strings",
    ]
    assert item_scores(references, candidates) == pytest.approx(
        [4.27670451, 3.33333333, 3.67071692], abs=1e-8
    )


def test_words() -> None:
    assert words("It\u2019s a Laid-back, 4/4 groove!") == [
        "it's",
        "a",
        "laid-back",
        "4",
        "4",
        "groove",
    ]


def test_the_ceiling_is_what_the_best_reference_scores() -> None:
    references = [["a flute", "it is a flute that plays high"], ["drums", "loud drums"]]
    best = [
        evaluate(CiderD(), references, [first, second])["cider_d"]
        for first in references[0]
        for second in references[1]
    ]
    values = evaluate(CiderD(), references, ["", ""])
    assert values == {"cider_d": 0.0, "ceiling": max(best)}
    assert 0 < max(best) < 10
