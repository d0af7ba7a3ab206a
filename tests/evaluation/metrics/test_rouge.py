"""ROUGE-L by hand, and as rouge-score gives it."""

import pytest

from mullama.evaluation.metrics.metric import evaluate
from mullama.evaluation.metrics.rouge import RougeL

rouge_scorer = pytest.importorskip("rouge_score.rouge_scorer", reason="needs the evaluate extra")


def test_by_hand() -> None:
    # Four words against three; "slow piano" is common, in this order.
    values = evaluate(RougeL(), ["a slow piano piece"], ["slow sad piano"])
    assert values == pytest.approx({"precision": 2 / 3, "recall": 2 / 4, "f1": 4 / 7})


def test_words_meet_by_their_stems() -> None:
    assert evaluate(RougeL(), ["drums playing"], ["Drum, played"])["recall"] == 1.0


def test_equals_rouge_score(texts: tuple[list[str], list[str]]) -> None:
    scorer = rouge_scorer.RougeScorer(["rougeL"], use_stemmer=True)
    theirs = [scorer.score(r, c)["rougeL"] for r, c in zip(*texts, strict=True)]
    ours = RougeL().items(*texts)[:, 1:]
    assert ours.tolist() == [pytest.approx(list(score)) for score in theirs]
