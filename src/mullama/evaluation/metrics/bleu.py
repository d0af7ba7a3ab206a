"""Texts -> BLEU over words: 1 to 4 grams, of the whole set, tokenized and counted by sacrebleu.

Papineni et al. (2002); Post (2018) for what makes such scores comparable.
"""

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from mullama.evaluation.metrics.metric import (
    MetricBase,
    Need,
    Statistics,
    Sums,
    Values,
    library,
    library_need,
    ratio,
)
from mullama.evaluation.metrics.texts import Text, validate

ORDERS = (1, 2, 3, 4)


class Bleu(MetricBase):
    """BLEU of a set is no mean over items: matches and lengths are summed, then divided."""

    name: ClassVar = "bleu"
    columns: ClassVar = (
        *(f"matches_{n}" for n in ORDERS),
        *(f"ngrams_{n}" for n in ORDERS),
        "candidate_tokens",
        "reference_tokens",
    )
    headline: ClassVar = "bleu_4"
    perfect: ClassVar = {f"bleu_{n}": 1.0 for n in ORDERS}

    def needs(self) -> tuple[Need, ...]:
        """sacrebleu."""
        return library_need("sacrebleu")

    def signature(self) -> str:
        """sacrebleu's own, without the number of references, which belongs to the set."""
        scorer = library("sacrebleu.metrics", "BLEU").BLEU()
        scorer.corpus_score(["a"], [["a"]])  # before this, it has no signature
        return str(scorer.get_signature()).partition("|")[2]

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: clipped matches and n-grams of each order, the lengths of both."""
        grouped = validate(references, candidates)
        # The order is effective for a sentence's own score, which is not used: only its counts are.
        scorer = library("sacrebleu.metrics", "BLEU").BLEU(effective_order=True)
        rows = []
        for group, candidate in zip(grouped, candidates, strict=True):
            found = scorer.sentence_score(candidate, list(group))
            rows.append([*found.counts, *found.totals, found.sys_len, found.ref_len])
        return np.array(rows, dtype=float)

    def reduce(self, sums: Sums) -> Values:
        """BLEU-1 to BLEU-4 of each set."""
        precisions = _precisions(sums[..., :4], sums[..., 4:8])
        shortness = ratio(sums[..., 9], sums[..., 8])
        penalty = np.exp(1.0 - np.fmax(1.0, shortness))
        # A running product of precisions; its n-th root is their geometric mean.
        means = precisions.cumprod(-1) ** (1.0 / np.array(ORDERS))
        return {f"bleu_{n}": np.asarray(penalty * means[..., n - 1]) for n in ORDERS}


def _precisions(matches: np.ndarray, ngrams: np.ndarray) -> np.ndarray:
    """Matches by n-grams; the k-th order without a match counts as 2**-k matches.

    That is sacrebleu's smoothing "exp", the method 3 of Chen and Cherry (2014). A set without any
    match scores zero, as does an order without any n-gram.
    """
    empty = matches == 0
    smoothed = np.where(empty, 0.5 ** empty.cumsum(-1), matches)
    found = np.divide(smoothed, ngrams, out=np.zeros(matches.shape), where=ngrams > 0)
    return found * matches.any(-1, keepdims=True)
