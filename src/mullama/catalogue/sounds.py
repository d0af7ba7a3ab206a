"""A sound that was listed: where it lies, by its own file or as a member of a file of many."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    """Where the bytes of a sound are; travels to other processes."""

    file: Path
    member: str = ""
    """Of a file of many, what its container knows it by; empty for a file of its own."""


@dataclass(frozen=True)
class Listed:
    """A sound by its name, before anything is read of it."""

    path: str
    """As the record will have it."""
    place: Place | None
    """None where there is nothing to hear."""
    why: str = ""
    """In that case."""


@dataclass(frozen=True)
class Sound:
    """A sound whose content is known by its digest."""

    path: str
    digest: str
    place: Place
    block: "Block" = field(repr=False, compare=False)


@dataclass(eq=False)
class Block:
    """Sounds that stand next to each other in the listing, and are asked about together.

    What is computed together does not depend on what was done before: so a job that was killed, or is
    shared, ends with the same figures to the last digit.
    """

    number: int
    sounds: list[Sound] = field(default_factory=list, repr=False)
    """No content twice."""
