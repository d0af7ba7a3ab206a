"""Facts become question-answer pairs about their Listenings, in plain English.

What is said of a fact is the studio's business (studio/english); here is decided how much of each Listening
is asked, and that Yes and No are equally often right for every instrument.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from mullama.data.records import Pair
from mullama.studio.english.converse import converse
from mullama.studio.truth import Truth
from mullama.studio.words.balance import balanced_presences
from mullama.training.qa.listenings import Names

PRESENCES_AN_INSTRUMENT = 1000
"""At most so many Listenings with an instrument, and as many without, are asked about it."""


@dataclass(frozen=True)
class ListeningNames:
    """What pairs call Listenings.

    The last part of a name is the piece's, so that all takes and variants of a piece are held out together.
    """

    pieces: Sequence[int]
    """Of each Listening."""

    def name(self, place: int) -> str:
        """The name of the Listening at that place."""
        return f"{place}/{self.pieces[place]}"

    def places(self, names: Names) -> list[int]:
        """The inverse, of several."""
        return [int(str(name).partition("/")[0]) for name in names]


def conversations(
    truths: Sequence[Truth], names: ListeningNames, pairs: int, seed: int
) -> list[Pair]:
    """`pairs` questions with answers about each Listening, and some after single instruments."""
    sounding = [place for place, truth in enumerate(truths) if truth.instruments]
    asked = balanced_presences([truths[p] for p in sounding], seed, PRESENCES_AN_INSTRUMENT)
    presences = dict(zip(sounding, asked, strict=True))
    found = []
    for place, truth in enumerate(truths):
        rng = random.Random(f"{seed} {place}")
        talk = converse(truth, rng, presences.get(place, ()), pairs=pairs)
        found += [Pair(one.question, one.answer, names.name(place)) for one in talk]
    return found
