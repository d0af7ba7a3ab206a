"""Who hears nothing: a constant, the question, answers about other tracks, an option that is not chosen.

A score above these says something about listening; a score that they reach says nothing. Their
answers depend on the seed, the item and, for other tracks' answers, on the set.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from string import ascii_uppercase
from typing import Annotated, Any, ClassVar

from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.evaluation.metrics.choices import MAX_OPTIONS
from mullama.evaluation.systems.system import Reply, Request, System, each
from mullama.jobs.digest import stable_digest, text_number
from mullama.options import Bounds, Options

CAPTION = (
    "The audio is an instrumental piece of music at a medium tempo, with a steady beat and a catchy melody."
    " It features the sound of drums, bass, guitar and synthesizer, and the mood of the music is energetic"
    " and uplifting."
)
"""What is said of music most often."""


class Trivial(System):
    """A system whose answers cost nothing."""

    hears: ClassVar[bool] = False
    deaf: ClassVar[bool] = True
    batch_size = 256

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """A text for each; an item that none can be had for fails."""
        return each(lambda request: Reply(self.text(request)), requests)

    def text(self, request: Request) -> str:
        """The answer; raises UsageError where there can be none."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class ConstantOptions(Options):
    """What is always said."""

    text: str = CAPTION
    """The answer to every question."""


class Constant(Trivial):
    """One answer to everything."""

    options_type: ClassVar[type[Options]] = ConstantOptions

    def text(self, request: Request) -> str:
        """The same for all."""
        text: str = self.options.text
        return text


@dataclass(frozen=True, kw_only=True)
class NoOptions(Options):
    """Nothing can be chosen."""


class Echo(Trivial):
    """The question, as the set words it."""

    options_type: ClassVar[type[Options]] = NoOptions

    def text(self, request: Request) -> str:
        """Without the options that are put with it."""
        return request.item.question


@dataclass(frozen=True, kw_only=True)
class SeedOptions(Options):
    """How chance is used."""

    seed: Annotated[int, Bounds(0, 2**63 - 1)] = 0
    """Another one draws other answers."""


class OtherAnswer(Trivial):
    """The right answer about another track, drawn at random.

    The track is one of those that the same question was asked about; where there is none, one with a
    question of the same topic; else any.
    """

    options_type: ClassVar[type[Options]] = SeedOptions
    tracks: ClassVar[int] = 1
    """How many tracks' answers make one."""

    def describe(self) -> dict[str, Any]:
        """The seed, and the digest of what is drawn from."""
        drawn = [[item.track, item.topic, item.question, _answers(item)] for item in self.items]
        return {**super().describe(), "answers": stable_digest(drawn)}

    def text(self, request: Request) -> str:
        """Answers of different tracks, joined with a space."""
        item, dice = request.item, _dice(self.options.seed, request.item)
        for key in _keys(item):
            known = self._known.get(key, {})
            # One more than wanted, as the track itself may be among them.
            drawn = dice.sample(list(known), min(self.tracks + 1, len(known)))
            others = [track for track in drawn if track != item.track][: self.tracks]
            if len(others) == self.tracks:
                return " ".join(dice.choice(known[track]) for track in others)
        raise UsageError(f"the set has no answers about {self.tracks} other tracks")

    @cached_property
    def _known(self) -> dict[tuple[str, ...], dict[str, list[str]]]:
        """Question, or topic, or neither -> track -> answers."""
        known: dict[tuple[str, ...], dict[str, list[str]]] = {}
        for item in self.items:
            if answers := _answers(item):
                for key in _keys(item):
                    known.setdefault(key, {}).setdefault(item.track, []).extend(answers)
        return known


class TwoAnswers(OtherAnswer):
    """The right answers about two other tracks, one behind the other: recall rewards length."""

    tracks: ClassVar[int] = 2


class FirstOption(Trivial):
    """The first option of every choice."""

    options_type: ClassVar[type[Options]] = NoOptions

    def text(self, request: Request) -> str:
        """Its letter and its text."""
        return _option(request.item, 0)


class RandomOption(Trivial):
    """An option drawn at random."""

    options_type: ClassVar[type[Options]] = SeedOptions

    def text(self, request: Request) -> str:
        """Its letter and its text; another item's draw makes no difference."""
        item = request.item
        count = min(len(item.options), MAX_OPTIONS)
        return _option(item, _dice(self.options.seed, item).randrange(max(count, 1)))


def _option(item: Item, number: int) -> str:
    if not item.options:
        raise UsageError("the question has no options to choose from")
    return f"({ascii_uppercase[number]}) {item.options[number]}"


def _answers(item: Item) -> list[str]:
    """What is right, in words."""
    if item.references or item.right is None:
        return list(item.references)
    return [item.options[item.right]]


def _keys(item: Item) -> list[tuple[str, ...]]:
    """What the answers that fit best stand under, then what others do."""
    return [("question", item.question), ("topic", item.topic), ()]


def _dice(seed: int, item: Item) -> random.Random:
    return random.Random(text_number(f"{seed}/{item.id}"))
