"""Texts -> BLEU over characters, item by item: what published MusicQA tables call BLEU.

The published script passed strings where NLTK expects lists of words, so its n-grams are of
characters. The scores here are NLTK's sentence scores without smoothing, computed faster.
"""

import math
import sys
from collections import Counter
from collections.abc import Sequence
from typing import ClassVar

from mullama.evaluation.metrics.metric import ItemMeans, Statistics, item_rows
from mullama.evaluation.metrics.texts import Text, validate

ORDERS = (1, 2, 3, 4)


class CharacterBleu(ItemMeans):
    """`bleu` weighs four orders alike; `bleu_4` is the precision of 4-grams, with the same penalty."""

    name: ClassVar = "character-bleu"
    columns: ClassVar = ("items", "bleu", "bleu_4")
    headline: ClassVar = "bleu"
    perfect: ClassVar = {"bleu": 1.0, "bleu_4": 1.0}

    def signature(self) -> str:
        """NLTK's sentence BLEU, averaged."""
        return "tok:char|case:mixed|smooth:none|weights:uniform-4,4-gram|mean:items"

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, BLEU, BLEU-4."""
        grouped = validate(references, candidates)
        return item_rows([scores(g, c) for g, c in zip(grouped, candidates, strict=True)])


def scores(references: Sequence[str], candidate: str) -> tuple[float, float]:
    """BLEU with uniform weights over four orders, and with all weight on the fourth."""
    precisions = [_precision(references, candidate, n) for n in ORDERS]
    if not precisions[0]:
        return 0.0, 0.0
    # NLTK takes the smallest float for a precision of zero, where its logarithm is needed.
    logs = [math.log(precision or sys.float_info.min) for precision in precisions]
    penalty = _brevity_penalty(references, candidate)
    return penalty * math.exp(math.fsum(logs) / len(ORDERS)), penalty * math.exp(logs[-1])


def _precision(references: Sequence[str], candidate: str, n: int) -> float:
    """Share of the candidate's n-grams that a reference has, each as often as in that reference."""
    found = _ngrams(candidate, n)
    allowed: Counter[str] = _ngrams(references[0], n)
    for reference in references[1:]:
        allowed |= _ngrams(reference, n)
    matches = sum(min(count, allowed[ngram]) for ngram, count in found.items())
    return matches / max(1, found.total())


def _ngrams(text: str, n: int) -> Counter[str]:
    return Counter([text[i : i + n] for i in range(len(text) - n + 1)])


def _brevity_penalty(references: Sequence[str], candidate: str) -> float:
    """Below 1 for a candidate that is shorter than the reference of the nearest length."""
    length = len(candidate)
    nearest = min((abs(len(text) - length), len(text)) for text in references)[1]
    return 1.0 if length > nearest else math.exp(1 - nearest / length)
