"""Texts -> the share of words that an answer and its reference have in common (Jaccard's index)."""

import re
from collections.abc import Sequence
from typing import ClassVar

from mullama.evaluation.metrics.metric import ItemMeans, Statistics, item_rows
from mullama.evaluation.metrics.texts import Text, validate

WORD = re.compile(r"\w+")


class SharedWords(ItemMeans):
    """The reference that shares the most counts; averaged over items."""

    name: ClassVar = "shared-words"
    columns: ClassVar = ("items", "jaccard")
    headline: ClassVar = "jaccard"
    perfect: ClassVar = {"jaccard": 1.0}

    def signature(self) -> str:
        """With the same signature scores are comparable."""
        return "tok:\\w+|case:lc|multi:best|mean:items"

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, Jaccard's index."""
        grouped = validate(references, candidates)
        pairs = zip(grouped, candidates, strict=True)
        return item_rows([max(jaccard(text, said) for text in group) for group, said in pairs])


def jaccard(one: str, other: str) -> float:
    """Words that both have, as a share of those that either has; 0 where there are none."""
    first, second = words(one), words(other)
    return len(first & second) / max(1, len(first | second))


def words(text: str) -> set[str]:
    """Each once, in small letters."""
    return set(WORD.findall(text.lower()))
