"""What a collection says of a clip, before anybody has asked about it.

Does not know where descriptions come from, nor what becomes of them: `data.records.Clip`.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Description:
    """What a collection says about one clip, in words."""

    source: str
    """The collection's name, a name in `sources.SOURCES`."""
    id: str
    """The clip's name there; unique within its source."""
    text: str
    """A caption, or tags joined with ", "."""
    kind: str
    """"caption" or "tags"."""
    audio: Path | None = None
    """The clip's file as it was found; None where it is absent."""
    licence: str = ""
    """Of the text, as its publisher states it."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the studio knows to be true of a rendered clip, `Truth.as_dict`; else empty."""

    @property
    def key(self) -> tuple[str, str]:
        """As `Clip.key` of the clip that is made of it."""
        return self.source, self.id
