"""Clips with their tags, each in one part of a split; and which tags a probe can be asked for.

Does not know where they come from, nor how they sound.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from jaxtyping import Bool

from mullama.errors import UsageError

Part = Literal["train", "validation", "test"]
PARTS: tuple[Part, ...] = get_args(Part)
MAX_TAGS = 10_000
"""Different tags of a set; published ones have a few hundred."""


@dataclass(frozen=True)
class TaggedClip:
    """One sound file and what it is called."""

    name: str
    """As its table calls it."""
    audio: Path
    tags: frozenset[str]
    part: Part
    """The probe learns from `train`, stops by `validation`, and is measured on `test`."""
    track: str
    """Clips of one piece share it: they are one observation."""


@dataclass(frozen=True)
class TagSet:
    """A set of tagged clips, as far as their audio is there."""

    name: str
    clips: tuple[TaggedClip, ...]
    tags: tuple[str, ...]
    """Every tag of the set's table, the commonest first."""
    lost: tuple[str, ...] = ()
    """Rows that cannot be used, such as those without audio: one line each."""


@dataclass(frozen=True)
class Labels:
    """Which clip has which tag, for the tags that can be learned and measured."""

    tags: tuple[str, ...]
    present: Bool[np.ndarray, "clips tags"]
    left_out: dict[str, str]
    """Tag -> why it is not among them."""


def by_frequency(tag_sets: Sequence[frozenset[str]]) -> tuple[str, ...]:
    """All tags of clips, the commonest first, equals by the alphabet. Raises UsageError for too many."""
    counts = Counter(tag for tags in tag_sets for tag in tags)
    if len(counts) > MAX_TAGS:
        raise UsageError(f"{len(counts)} different tags; {MAX_TAGS} are allowed")
    return tuple(sorted(counts, key=lambda tag: (-counts[tag], tag)))


def label(clips: Sequence[TaggedClip], tags: Sequence[str]) -> Labels:
    """The labels of these clips; a tag that all or none of a part's clips have is left out.

    Raises UsageError for a part without clips, fewer than two tracks to be measured on, a track in two
    parts, and where no tag is left.
    """
    _check(clips)
    present = np.array([[tag in clip.tags for tag in tags] for clip in clips], dtype=bool)
    left_out: dict[str, str] = {}
    for part in PARTS:
        rows = present[[clip.part == part for clip in clips]]
        for tag, found in zip(tags, rows.T, strict=True):
            if found.all() or not found.any():
                left_out.setdefault(tag, f"{'every' if found.all() else 'no'} {part} clip has it")
    kept = [tag not in left_out for tag in tags]
    if not any(kept):
        raise UsageError(f"no tag is left: {'; '.join(_some(left_out)) or 'there are none'}")
    chosen = tuple(tag for tag, keep in zip(tags, kept, strict=True) if keep)
    return Labels(chosen, present[:, kept], left_out)


def _check(clips: Sequence[TaggedClip]) -> None:
    for part in PARTS:
        if not any(clip.part == part for clip in clips):
            raise UsageError(f"no clip is left in the part {part!r}: each part needs some")
    tracks = {clip.track for clip in clips if clip.part == "test"}
    if len(tracks) < 2:
        raise UsageError("all test clips are of one track, which says nothing about others")
    homes: dict[str, Part] = {}
    for clip in clips:
        if homes.setdefault(clip.track, clip.part) != clip.part:
            raise UsageError(
                f"the track of {clip.name} is in the parts {homes[clip.track]!r} and {clip.part!r}: "
                "what is measured would have been learned by heart"
            )


def _some(left_out: dict[str, str], most: int = 3) -> list[str]:
    lines = [f"{tag!r}: {why}" for tag, why in left_out.items()]
    return [*lines[:most], *(["..."] if len(lines) > most else [])]
