"""Texts -> CIDEr-D: how much of what is particular to an item a candidate says.

Vedantam, Zitnick and Parikh (2015), equations 1 to 5 in the robust form "D": n-grams of 1 to 4 words
weighted by tf-idf, counts clipped, lengths compared. An n-gram that every item's references have
weighs nothing, so a set of one item scores zero.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import ClassVar

from mullama.evaluation.metrics.metric import ItemMeans, Statistics, item_rows
from mullama.evaluation.metrics.signs import plain_signs
from mullama.evaluation.metrics.texts import Text, validate

ORDERS = (1, 2, 3, 4)
LENGTH_SIGMA = 6.0
"""Words by which lengths may differ before it costs much; the standard deviation of a Gaussian."""
SCALE = 10.0

Ngram = tuple[str, ...]
Vector = dict[Ngram, float]


class CiderD(ItemMeans):
    """Averaged over items; the weights of n-grams come from all references that are given together.

    A reference itself reaches the scale's end only where it has as many words as the longest n-gram and
    is the only one of its item: `ceiling` is what the best of the references would score.
    """

    name: ClassVar = "cider-d"
    columns: ClassVar = ("items", "cider_d", "ceiling")
    headline: ClassVar = "cider_d"
    range = (0.0, SCALE)
    perfect: ClassVar = {"cider_d": SCALE}
    ceilings: ClassVar = {"cider_d": "ceiling"}

    def signature(self) -> str:
        """The words, the orders, and what the document frequencies are counted on."""
        return f"tok:words|case:lc|n:{ORDERS[-1]}|sigma:{LENGTH_SIGMA:g}|df:references|mullama:2"

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, the score, the best score of a reference."""
        grouped = [[words(text) for text in group] for group in validate(references, candidates)]
        weights, unseen = _inverse_document_frequencies(grouped), math.log(len(grouped))
        found = [
            (
                _score(group, words(candidate), weights, unseen),
                max(_score(group, reference, weights, unseen) for reference in group),
            )
            for group, candidate in zip(grouped, candidates, strict=True)
        ]
        return item_rows(found)


def words(text: str) -> list[str]:
    """Lower-cased words without punctuation; an apostrophe or hyphen inside a word stays."""
    return re.findall(r"\w+(?:['-]\w+)*", plain_signs(text).lower())


def _ngrams(tokens: Sequence[str], n: int) -> Iterable[Ngram]:
    return zip(*(tokens[i:] for i in range(n)), strict=False)


def _inverse_document_frequencies(grouped: list[list[list[str]]]) -> Vector:
    """N-gram -> log(items / items whose references have it)."""
    documents = Counter(
        chain.from_iterable(
            {ngram for text in group for n in ORDERS for ngram in _ngrams(text, n)}
            for group in grouped
        )
    )
    return {ngram: math.log(len(grouped) / count) for ngram, count in documents.items()}


def _score(group: list[list[str]], candidate: list[str], weights: Vector, unseen: float) -> float:
    """The mean over orders and references."""
    total = 0.0
    for n in ORDERS:
        said = _vector(candidate, n, weights, unseen)
        for reference in group:
            gap = len(candidate) - len(reference)
            similar = _similarity(said, _vector(reference, n, weights, unseen))
            total += similar * math.exp(-(gap**2) / (2 * LENGTH_SIGMA**2))
    return SCALE * total / (len(ORDERS) * len(group))


def _vector(tokens: Sequence[str], n: int, weights: Vector, unseen: float) -> Vector:
    """N-gram -> count times weight; one that no reference has weighs as if one item had it."""
    counts = Counter(_ngrams(tokens, n))
    return {ngram: count * weights.get(ngram, unseen) for ngram, count in counts.items()}


def _similarity(said: Vector, meant: Vector) -> float:
    """The cosine, with the candidate's weights clipped to the reference's."""
    norms = math.hypot(*said.values()) * math.hypot(*meant.values())
    dot = sum(min(said[ngram], weight) * weight for ngram, weight in meant.items() if ngram in said)
    return dot / norms if norms else 0.0
