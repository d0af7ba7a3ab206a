"""Items, controls and a protocol -> the tasks of a system: which text is put, about which sound.

Does not know who is asked, nor what is answered.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Annotated

from mullama.evaluation.asking.controls import (
    CONTROLS,
    MUSIC,
    TIMELESS,
    Control,
    Sound,
    own_sound,
    sound_for,
    wrong_songs,
)
from mullama.evaluation.asking.pieces import Protocol
from mullama.evaluation.items import Item
from mullama.jobs.digest import stable_digest
from mullama.options import Bounds, Options

CHOICE_PROMPT = "{question}\n{options}\nAnswer with the letter of the right option."
"""How a choice is put; options stand one a line, as "(A) text"."""


@dataclass(frozen=True, kw_only=True)
class Asking(Options):
    """How a set is asked; all systems of one evaluation are asked alike."""

    protocol: Protocol = "whole"
    """Whole tracks, or 60 s pieces of which every second one is asked about, as was published."""
    control: tuple[Control, ...] = CONTROLS
    """Sound that answers are also asked for; may be given again."""
    no_controls: bool = False
    """Ask for no control: then nothing tells how much of a score needed ears."""
    tracks: Annotated[int, Bounds(1)] | None = None
    """Ask about the first so many tracks only."""
    seed: Annotated[int, Bounds(0, 2**63 - 1)] = 0
    """Chooses the wrong songs, and what the noise is."""

    @property
    def conditions(self) -> tuple[str, ...]:
        """The music, then the controls."""
        return (MUSIC,) if self.no_controls else (MUSIC, *dict.fromkeys(self.control))


@dataclass(frozen=True)
class Task:
    """One item under one condition."""

    item: Item
    condition: str
    """`MUSIC`, or a control's name."""
    question: str
    """The whole text that is put."""
    sound: Sound | None
    """None where no audio is given."""
    protocol: Protocol
    as_often_as: Sound | None = None
    """Of which it is asked about as many stretches; None where the sound has its own."""

    def key(self, fingerprint: str) -> str:
        """What stands for the answer of the system with that fingerprint."""
        heard = [self.sound.sha256, self.sound.excerpt] if self.sound else None
        asked = [self.item.id, self.condition, self.question, self.item.options]
        like = self.as_often_as
        often = [[like.sha256, like.excerpt]] if like else []
        return stable_digest([fingerprint, *asked, heard, self.protocol, *often])[:32]


def tasks(
    items: Sequence[Item], asking: Asking, sounds: Mapping[str, Sound], *, hears: bool
) -> Iterator[Task]:
    """Everything that can be asked, one condition after another.

    `sounds` are those of silence and noise. An item whose audio is not here is asked under the controls
    alone that need none of it. A system that hears nothing is its own control, and needs no audio.
    """
    if not hears:
        for item in items:
            yield Task(item, MUSIC, put(item), None, asking.protocol)
        return
    wrong = wrong_songs(items, asking.seed)
    for condition in asking.conditions:
        for item in items:
            known, sound = sound_for(item, condition, wrong, sounds)
            # Joined answers are compared with joined answers.
            joined = asking.protocol == "published" and condition in TIMELESS
            like = own_sound(item) if joined else None
            if known:
                yield Task(item, condition, put(item), sound, asking.protocol, like)


def put(item: Item) -> str:
    """The text that asks an item."""
    if not item.options:
        return item.question
    lines = zip(ascii_uppercase, item.options, strict=False)
    options = "\n".join(f"({letter}) {text}" for letter, text in lines)
    return CHOICE_PROMPT.format(question=item.question, options=options)
