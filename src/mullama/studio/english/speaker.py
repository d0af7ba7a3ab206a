"""One who answers about a clip: its truth, chance, and the few phrases that every answer needs.

It says no whole sentences by itself.
"""

import random
from collections.abc import Sequence
from functools import cached_property

from mullama.studio.english.checks import is_silent
from mullama.studio.english.lore import LORE, MOOD_LORE, MoodLore, StyleLore
from mullama.studio.english.patterns import filled
from mullama.studio.instruments import DRUMS
from mullama.studio.truth import Truth
from mullama.studio.words.describe import listed, with_article

SLOW_BELOW_BPM = 85
FAST_FROM_BPM = 120
BASSES = ("double bass", "electric bass", "synth bass")
ELECTRIC = (
    "electric piano", "electric guitar", "distorted guitar", "electric bass",
    "synth bass", "synth lead", "synth pad",
)  # fmt: skip
"""Instruments that need a plug; an organ may be either."""
NAMELESS = ("instruments that I cannot name",)
_NAMES = ("it", "it", "it", "the piece", "the track", "the music", "this piece", "this")


class Speaker:
    """Answers in varied words; everything it says follows from the truth."""

    def __init__(self, truth: Truth, rng: random.Random) -> None:
        self.truth = truth
        self.rng = rng

    def say(self, patterns: str | Sequence[str], **blanks: str) -> str:
        """One wording of one of the patterns; {it} and {It} name the music."""
        pattern = patterns if isinstance(patterns, str) else self.rng.choice(patterns)
        it = self.rng.choice(_NAMES)
        return filled(pattern, self.rng, {"it": it, "It": it[0].upper() + it[1:], **blanks})

    @cached_property
    def silent(self) -> bool:
        """Whether there is no music at all."""
        return is_silent(self.truth)

    @cached_property
    def pace(self) -> str | None:
        """Slow, moderate or fast."""
        return None if self.truth.tempo_bpm is None else pace_of(self.truth.tempo_bpm)

    @property
    def mode(self) -> str | None:
        """Major or minor."""
        return None if self.truth.key is None else self.truth.key.split()[1]

    @property
    def lore(self) -> StyleLore | None:
        """What is commonly known of the style."""
        return None if self.truth.style is None else LORE[self.truth.style]

    @property
    def mood_lore(self) -> MoodLore | None:
        """What is commonly known of the mood."""
        return None if self.truth.mood is None else MOOD_LORE[self.truth.mood]

    @property
    def instruments(self) -> str:
        """The instruments as a list without articles."""
        return listed(self.truth.instruments or NAMELESS)

    @property
    def articled(self) -> str:
        """The instruments as a list with articles."""
        return listed([with_article(name) for name in self.truth.instruments] or NAMELESS)

    @property
    def either(self) -> str:
        """The instruments, with or without articles."""
        return self.rng.choice([self.instruments, self.articled])

    @property
    def noun(self) -> str:
        """What the music is, without an article: "blues tune", "march", "piece"."""
        lore = self.lore
        if lore is not None:
            return self.rng.choice(lore.nouns)
        kind = "song" if self.truth.singers else "instrumental"
        kinds = [kind] if self.truth.singers or not self.truth.maybe_sung else []
        return self.rng.choice(["piece", "track", *kinds, "piece of music"])

    @property
    def phrase(self) -> str:
        """Mood and noun, with an article."""
        words = [self.truth.mood] if self.truth.mood else []
        return f"a {' '.join([*words, self.noun])}"

    @property
    def bass(self) -> str | None:
        """The bass instrument."""
        return next((name for name in self.truth.instruments if name in BASSES), None)

    def character(self) -> list[str]:
        """What mood and tempo make of it, as adjectives that are known to be true."""
        words = [self.truth.mood] if self.truth.mood is not None else []
        if self.pace is not None:
            words.append(
                {"slow": "slow", "moderate": "moderately paced", "fast": "fast"}[self.pace]
            )
        return words


def pace_of(bpm: int) -> str:
    """Slow, moderate or fast."""
    if bpm < SLOW_BELOW_BPM:
        return "slow"
    return "moderate" if bpm < FAST_FROM_BPM else "fast"


def the(instrument: str) -> str:
    """An instrument that has been spoken of: "the piano"."""
    return f"the {instrument}"


def be(instrument: str) -> str:
    """The verb that fits an instrument."""
    return "are" if instrument == DRUMS else "is"
