"""A word -> its stem by Porter's algorithm, as NLTK extends it; each word is stemmed once."""

from functools import cache, lru_cache
from typing import Any

from mullama.evaluation.metrics.metric import library


class Stemmer:
    """NLTK's PorterStemmer with a memory: the same few thousand words come again and again."""

    def __init__(self) -> None:
        stem: Any = library("nltk.stem.porter", "stemming").PorterStemmer().stem
        self.stem = lru_cache(maxsize=100_000)(stem)


@cache
def stemmer() -> Stemmer:
    """The one stemmer of this process. Raises MissingExtraError without NLTK."""
    return Stemmer()
