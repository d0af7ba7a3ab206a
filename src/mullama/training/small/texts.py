"""Truths become questions with answers, in the shares in which training asks them.

Which words are used is the studio's business (`studio.words`); here is decided what is asked how
often, and of which clip: Yes and No are equally often right for every instrument. Does not know tokens.
"""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from mullama.answer.prompt import fill
from mullama.studio.clips import TAKES, seeds_for
from mullama.studio.compose.composer import compose
from mullama.studio.english import plainly
from mullama.studio.instruments import INSTRUMENTS
from mullama.studio.silence import NOTHING
from mullama.studio.sound.mixing import truth_of
from mullama.studio.split import Split
from mullama.studio.truth import Truth
from mullama.studio.words.balance import balanced_presences
from mullama.studio.words.describe import (
    QuestionAnswer,
    ask,
    ask_check,
    ask_of_silence,
    ask_presence,
    ask_unknowable,
    interview,
)

SHARES = {
    "presence": 0.19,
    "instruments": 0.1,
    "key": 0.1,
    "tempo": 0.11,
    "style": 0.06,
    "metre": 0.06,
    "mood": 0.05,
    "drums": 0.03,
    "lead": 0.03,
    "vocals": 0.05,
    "short": 0.03,
    "long": 0.04,
    "check": 0.04,
    "unknowable": 0.12,
    "opinion": 0.09,
}
"""What is asked how often."""
LOOSELY = 0.7
"""Share of the questions that are worded as people put them, in thousands of ways."""
PRESENCES_AN_INSTRUMENT = 1500
"""At most so many clips with an instrument, and as many without, are asked about it."""
TOKENIZER_PIECES = 250
LEFT_OUT = 0.35
"""How often parts of an imagined piece are left out."""


class Asked(NamedTuple):
    """A question about a clip, by its index, and the right answer."""

    clip: int
    question: str
    answer: str


class Interviewer:
    """Asks about clips whose truths are known."""

    def __init__(self, truths: Sequence[Truth], seed: int) -> None:
        self.truths = truths
        sounding = [index for index, truth in enumerate(truths) if truth.instruments]
        asked = balanced_presences(
            [truths[index] for index in sounding], seed, PRESENCES_AN_INSTRUMENT
        )
        self.presences = [
            (clip, name) for clip, names in zip(sounding, asked, strict=True) for name in names
        ]

    def about(self, clip: int, questions: int, rng: random.Random) -> list[Asked]:
        """Some questions about a clip; those after one instrument may be about another clip."""
        topics = rng.choices(list(SHARES), list(SHARES.values()), k=questions)
        return [self._one(clip, topic, rng) for topic in topics]

    def _one(self, clip: int, topic: str, rng: random.Random) -> Asked:
        truth = self.truths[clip]
        loosely = topic == "opinion" or rng.random() < LOOSELY
        if truth.silent and rng.random() < 0.9:
            return _of(clip, plainly.ask_of_silence(rng) if loosely else ask_of_silence(rng))
        if truth.silent:
            return _of(clip, ask_unknowable(rng))
        if topic == "presence":
            other, name = rng.choice(self.presences)
            put = plainly.ask(self.truths[other], topic, rng, name) if loosely else None
            return _of(other, put or ask_presence(self.truths[other], name, rng))
        if loosely:
            return _of(clip, plainly.ask(truth, topic, rng))
        if topic == "unknowable":
            return _of(clip, ask_unknowable(rng))
        if topic == "check":
            check = ask_check(truth, rng)
            return _of(clip, check if check is not None else ask(truth, "mood", rng))
        return _of(clip, ask(truth, topic, rng))


def imagined(split: Split) -> list[Truth]:
    """What could be true of a split's pieces, some parts left out, without rendering them."""
    truths = []
    for seed in seeds_for(split.purpose, split.clips)[::TAKES]:
        piece = compose(seed // TAKES)
        rng = random.Random(seed)
        for _ in range(TAKES * split.takes):
            few = rng.random() < LEFT_OUT
            count = rng.randint(1, len(piece.parts)) if few else len(piece.parts)
            truths.append(truth_of(piece, rng.sample(piece.parts, count)))
    return truths + [NOTHING] * split.silences


def corpus_texts(prompt: str, seed: int) -> Iterator[str]:
    """Texts like those of training, about pieces that are composed for it: what a tokenizer needs."""
    names = list(INSTRUMENTS)
    rng = random.Random(seed)
    for piece_seed in range(TOKENIZER_PIECES):
        piece = compose(piece_seed)
        pairs = interview(truth_of(piece, list(piece.parts)), piece_seed, rng.sample(names, 6))
        pairs += [ask_unknowable(rng) for _ in range(4)] + [ask_of_silence(rng) for _ in range(2)]
        for pair in pairs:
            yield fill(prompt, pair.question) + " " + pair.answer


def _of(clip: int, pair: QuestionAnswer) -> Asked:
    return Asked(clip, pair.question, pair.answer)
