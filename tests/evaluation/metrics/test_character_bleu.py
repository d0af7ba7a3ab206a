"""BLEU over characters equals NLTK's, which takes a string for a list of words."""

import random
import warnings

import pytest

from mullama.evaluation.metrics.character_bleu import CharacterBleu, scores
from mullama.evaluation.metrics.metric import evaluate

nltk_bleu = pytest.importorskip("nltk.translate.bleu_score", reason="needs the evaluate extra")


def nltk_scores(references: list[str], candidate: str) -> tuple[float, float]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of orders without a match
        uniform = nltk_bleu.sentence_bleu(references, candidate)
        return uniform, nltk_bleu.sentence_bleu(references, candidate, weights=(0, 0, 0, 1))


def test_equals_nltk_on_texts_of_any_length() -> None:
    rng = random.Random(0)
    for _ in range(500):
        references = ["".join(rng.choices("ab c", k=rng.randint(1, 12)))] * rng.randint(1, 2)
        references += ["".join(rng.choices("ab d", k=rng.randint(1, 12)))] * rng.randint(0, 2)
        candidate = "".join(rng.choices("ab e", k=rng.randint(0, 12)))
        assert scores(references, candidate) == pytest.approx(
            nltk_scores(references, candidate), abs=1e-12
        )


def test_equals_nltk_on_sentences(texts: tuple[list[str], list[str]]) -> None:
    for reference, candidate in zip(*texts, strict=True):
        assert scores([reference], candidate) == pytest.approx(
            nltk_scores([reference], candidate), abs=1e-12
        )


def test_of_a_set_it_is_the_mean_over_items() -> None:
    one, other = scores(["piano music"], "piano"), scores(["drums"], "drums")
    values = evaluate(CharacterBleu(), ["piano music", "drums"], ["piano", "drums"])
    assert values["bleu"] == pytest.approx((one[0] + other[0]) / 2)
    assert values["bleu_4"] == pytest.approx((one[1] + other[1]) / 2)
