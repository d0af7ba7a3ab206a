"""Items and controls -> what is put to a system: which text, which stretches of which file.

Two protocols. `whole`: the whole track, or the excerpt that the set names. `published`: as the
published MusicQA table was made, 60 s pieces of which every second one is asked about, the answers
joined. A control asks the same about another sound. Does not know who is asked, nor what is answered.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import ascii_uppercase
from typing import Annotated, Literal

from mullama.evaluation.items import Item
from mullama.jobs.digest import stable_digest
from mullama.options import Bounds, Options

MUSIC = ""
"""The condition that is no control: the item's own audio."""
Control = Literal["wrong-song", "silence", "noise", "no-audio"]
CONTROLS: tuple[Control, ...] = ("wrong-song", "silence", "noise", "no-audio")
Protocol = Literal["whole", "published"]

PIECE_MS, SHORTEST_MS = 60_000, 10_000
"""The published protocol cuts pieces of this length, and drops a rest that is no longer than that."""
CHOICE_PROMPT = "{question}\n{options}\nAnswer with the letter of the right option."
"""How a choice is put; options stand one a line, as "(A) text"."""

Span = tuple[float, float]
"""Seconds of a file, from and to."""


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
class Sound:
    """What is listened to."""

    file: Path
    sha256: str
    excerpt: Span | None = None


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

    def key(self, fingerprint: str) -> str:
        """What stands for the answer of the system with that fingerprint."""
        heard = [self.sound.sha256, self.sound.excerpt] if self.sound else None
        asked = [self.item.id, self.condition, self.question, self.item.options]
        return stable_digest([fingerprint, *asked, heard, self.protocol])[:32]


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
            known, sound = _sound(item, condition, wrong, sounds)
            if known:
                yield Task(item, condition, put(item), sound, asking.protocol)


def put(item: Item) -> str:
    """The text that asks an item."""
    if not item.options:
        return item.question
    lines = zip(ascii_uppercase, item.options, strict=False)
    options = "\n".join(f"({letter}) {text}" for letter, text in lines)
    return CHOICE_PROMPT.format(question=item.question, options=options)


def wrong_songs(items: Sequence[Item], seed: int) -> dict[str, Sound]:
    """Track -> the sound of another one; empty where there are not two sounds.

    Tracks stand in a circle by chance, and each is given the sound of the next that is another file.
    """
    sounds: dict[str, Sound] = {}
    for item in items:
        if (own := own_sound(item)) is not None:
            sounds.setdefault(item.track, own)
    circle = sorted(sounds)
    random.Random(seed).shuffle(circle)
    found = {}
    for place, track in enumerate(circle):
        following = (sounds[other] for other in (*circle[place + 1 :], *circle[:place]))
        other = next((s for s in following if s.sha256 != sounds[track].sha256), None)
        if other is not None:
            found[track] = other
    return found


def own_sound(item: Item) -> Sound | None:
    """An item's own; None where it is not here."""
    return Sound(item.file, item.sha256, item.excerpt) if item.file is not None else None


def _sound(
    item: Item, condition: str, wrong: Mapping[str, Sound], sounds: Mapping[str, Sound]
) -> tuple[bool, Sound | None]:
    """Whether the item can be asked under a condition, and what it is asked about."""
    if condition == MUSIC:
        own = own_sound(item)
        return own is not None or item.audio is None, own
    if condition == "no-audio":
        return True, None
    other = wrong.get(item.track) if condition == "wrong-song" else sounds[condition]
    return other is not None, other


def spans(seconds: float, sound: Sound, protocol: Protocol) -> list[Span] | None:
    """The stretches of a file that are asked about, each by itself; None for all of it at once."""
    if protocol == "published":
        start, end = sound.excerpt or (0.0, seconds)
        pieces = published_pieces(round(1000 * (min(end, seconds) - start)))
        return [(start + first / 1000, start + last / 1000) for first, last in pieces]
    return None if sound.excerpt is None else [sound.excerpt]


def published_pieces(milliseconds: int) -> list[tuple[int, int]]:
    """The pieces that the published evaluation asks about, of a track of that length.

    Pieces of a minute, while more than a minute is left; a rest of 10 s or less is dropped; then the
    first, the third, the fifth, ... are asked.
    """
    starts = range(0, max(milliseconds, 1), PIECE_MS)
    pieces = [(start, min(start + PIECE_MS, milliseconds)) for start in starts]
    if pieces[-1][1] - pieces[-1][0] <= SHORTEST_MS:
        del pieces[-1]
    return pieces[::2]
