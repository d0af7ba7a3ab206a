"""Sounds that tell nothing of an item: another song, silence, noise, none at all.

Whoever answers as well about them as about the music has not listened. How silence and noise are made
stands in sounds.py.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mullama.evaluation.items import Item

MUSIC = ""
"""The condition that is no control: the item's own audio."""
Control = Literal["wrong-song", "silence", "noise", "no-audio"]
CONTROLS: tuple[Control, ...] = ("wrong-song", "silence", "noise", "no-audio")
TIMELESS: tuple[Control, ...] = ("silence", "noise", "no-audio")
"""What is the same at every moment: a stretch of it may stand for any other."""
Span = tuple[float, float]
"""Seconds of a file, from and to."""


@dataclass(frozen=True)
class Sound:
    """What is listened to."""

    file: Path
    sha256: str
    excerpt: Span | None = None


def own_sound(item: Item) -> Sound | None:
    """An item's own; None where it is not here."""
    return Sound(item.file, item.sha256, item.excerpt) if item.file is not None else None


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


def sound_for(
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
