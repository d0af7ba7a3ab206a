"""Texts -> ROUGE-L: precision, recall and F1 of the longest common subsequence of stems.

Lin (2004), as the package rouge-score computes it.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar

from mullama.evaluation.metrics.metric import (
    ItemMeans,
    Need,
    Statistics,
    item_rows,
    library,
    library_need,
    version,
)
from mullama.evaluation.metrics.stemmer import stemmer
from mullama.evaluation.metrics.texts import Text, validate


class Tokenizer:
    """rouge-score's own tokenizer with our stemmer; each text is cut once."""

    def __init__(self) -> None:
        tokenize = library("rouge_score.tokenize", "ROUGE-L").tokenize
        self.tokenize = lru_cache(maxsize=50_000)(lambda text: tokenize(text, stemmer()))


class RougeL(ItemMeans):
    """The reference with the best F1 counts; averaged over items."""

    name: ClassVar = "rouge-l"
    columns: ClassVar = ("items", "precision", "recall", "f1")
    headline: ClassVar = "f1"
    perfect: ClassVar = {"precision": 1.0, "recall": 1.0, "f1": 1.0}

    def needs(self) -> tuple[Need, ...]:
        """Its libraries."""
        return library_need("rouge_score", "nltk")

    def signature(self) -> str:
        """Words are runs of a-z and 0-9; only those of four letters and more are stemmed."""
        return f"tok:rouge|case:lc|stem:porter|multi:best-f1|{version('rouge-score')}"

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, precision, recall, F1."""
        grouped = validate(references, candidates)
        scorer = library("rouge_score.rouge_scorer", "ROUGE-L").RougeScorer(
            ["rougeL"], tokenizer=Tokenizer()
        )
        scores = [
            scorer.score_multi(group, candidate)["rougeL"]
            for group, candidate in zip(grouped, candidates, strict=True)
        ]
        return item_rows(scores)
