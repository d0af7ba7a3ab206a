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
from mullama.training.recipe import Talk


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
    truths: Sequence[Truth], names: ListeningNames, talk: Talk, seed: int
) -> list[Pair]:
    """Questions with answers about each Listening, and some after single instruments; see Talk."""
    sounding = [place for place, truth in enumerate(truths) if truth.instruments]
    asked = balanced_presences([truths[p] for p in sounding], seed, talk.presences)
    presences = dict(zip(sounding, asked, strict=True))
    found = []
    for place, truth in enumerate(truths):
        rng = random.Random(f"{seed} {place}")
        asked_now = converse(truth, rng, presences.get(place, ()), pairs=talk.pairs)
        found += [Pair(one.question, one.answer, names.name(place)) for one in asked_now]
    return found
