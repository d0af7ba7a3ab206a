"""What every writer is: descriptions go in, interviewed clips come out, in any order.

Does not know any writer.
"""

from collections.abc import Iterable, Iterator
from typing import Protocol

from mullama.data.records import Clip
from mullama.musicqa.descriptions import Description
from mullama.musicqa.writers.usage import Usage


class Writer(Protocol):
    """Interviews many clips. What it makes of one does not depend on the others."""

    name: str
    """As every record calls it; no secret and no path of a machine."""
    usage: Usage
    """What it has cost so far."""

    def write(self, descriptions: Iterable[Description]) -> Iterator[Clip]:
        """One result for each description, as soon as it is there.

        Descriptions are taken as there is room for them. Raises a child of MuLlamaError when no
        further clip can be written; then those under way are lost, and nothing else.
        """
