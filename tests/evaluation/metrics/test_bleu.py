"""BLEU from sums of counts equals sacrebleu's of the whole set."""

import random

import pytest

from mullama.evaluation.metrics.bleu import ORDERS, Bleu
from mullama.evaluation.metrics.metric import evaluate

sacrebleu = pytest.importorskip("sacrebleu", reason="needs the evaluate extra")


def sacrebleu_scores(references: list[str], candidates: list[str]) -> dict[str, float]:
    return {
        f"bleu_{n}": sacrebleu.BLEU(max_ngram_order=n).corpus_score(candidates, [references]).score
        / 100
        for n in ORDERS
    }


def test_equals_sacrebleu(texts: tuple[list[str], list[str]]) -> None:
    assert evaluate(Bleu(), *texts) == pytest.approx(sacrebleu_scores(*texts), abs=1e-12)


def test_equals_sacrebleu_where_orders_are_missing() -> None:
    rng = random.Random(0)
    for _ in range(100):
        count = rng.randint(1, 4)
        references = [" ".join(rng.choices("abcdef", k=rng.randint(1, 7))) for _ in range(count)]
        candidates = [" ".join(rng.choices("abcdef", k=rng.randint(0, 7))) for _ in range(count)]
        assert evaluate(Bleu(), references, candidates) == pytest.approx(
            sacrebleu_scores(references, candidates), abs=1e-12
        )


def test_signature_is_sacrebleus() -> None:
    version = sacrebleu.__version__
    assert Bleu().signature() == f"case:mixed|eff:no|tok:13a|smooth:exp|version:{version}"
