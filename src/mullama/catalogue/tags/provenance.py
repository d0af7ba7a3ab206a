"""What a file remembers of our tags: which are ours, with their texts, and of which sound.

Kept in a tag of its own beside the model's name. A field whose text is no longer the one that was written
has been edited, and is the user's.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mullama.catalogue.tags.wanted import FIELDS

MAX_CHARACTERS = 1 << 16


@dataclass(frozen=True)
class Provenance:
    """Of one file."""

    sound: str = ""
    """The digest that the caption record has of the file, as it was before the first tag was written."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our fields, and what was written there."""

    def to_text(self) -> str:
        """As the tag has it."""
        return json.dumps({"sound": self.sound, "fields": dict(self.fields)}, ensure_ascii=False)

    def owns(self, name: str, now: Sequence[str]) -> bool:
        """Whether what stands in a field was written here."""
        return name in self.fields and list(now) == [self.fields[name]]


def read_provenance(texts: Sequence[str]) -> Provenance:
    """Of the tag's texts; what is not of this form, as anybody may write it, counts for nothing."""
    if len(texts) != 1 or len(texts[0]) > MAX_CHARACTERS:
        return Provenance()
    try:
        values = json.loads(texts[0])
        sound, fields = values["sound"], values["fields"]
        texts_only = all(isinstance(text, str) for text in [sound, *fields.values()])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return Provenance()
    if not texts_only:
        return Provenance()
    return Provenance(sound, {name: text for name, text in fields.items() if name in FIELDS})
