"""Facts become question-answer pairs about their Listenings, in plain English.

What is said of a fact is the studio's business (studio/english); here is decided how much of each Listening
is asked, and that Yes and No are equally often right for every instrument.
"""

import random
from collections.abc import Sequence

from mullama.data.records import Pair
from mullama.studio.english.converse import converse
from mullama.studio.truth import Truth
from mullama.studio.words.balance import balanced_presences

PRESENCES_AN_INSTRUMENT = 1500
"""At most so many Listenings with an instrument, and as many without, are asked about it."""
NAME = "listening-{:06d}"
"""What a pair calls its Listening."""


def place_of(name: str) -> int:
    """The Listening that `NAME` calls so."""
    return int(name.rpartition("-")[2])


def conversations(truths: Sequence[Truth], pairs: int, seed: int) -> list[Pair]:
    """`pairs` questions with answers about each Listening, and some after single instruments."""
    sounding = [place for place, truth in enumerate(truths) if truth.instruments]
    asked = balanced_presences([truths[p] for p in sounding], seed, PRESENCES_AN_INSTRUMENT)
    presences = dict(zip(sounding, asked, strict=True))
    found = []
    for place, truth in enumerate(truths):
        rng = random.Random(f"{seed} {place}")
        talk = converse(truth, rng, presences.get(place, ()), pairs=pairs)
        found += [Pair(one.question, one.answer, NAME.format(place)) for one in talk]
    return found
