"""One job, several machines -> which item is whose, and which file.

Nothing is locked between them: an item falls to a shard by its key, and every shard has a file of its
own. Does not know what is done with an item.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mullama.errors import UsageError
from mullama.jobs.digest import text_number
from mullama.jobs.keys import Key


@dataclass(frozen=True)
class Shard:
    """The part of a job that one process does: `number` counts from 1."""

    number: int = 1
    of: int = 1

    def __contains__(self, key: Key) -> bool:
        """Whether an item falls to this shard; it does not depend on other items."""
        if self.of == 1:
            return True
        text = key if isinstance(key, str) else "\0".join(map(str, key))
        return text_number(text) % self.of == self.number - 1

    def path(self, out: Path) -> Path:
        """Its own file."""
        if self.of == 1:
            return out
        return out.with_name(f"{out.stem}-{self.number}-of-{self.of}{out.suffix}")

    @classmethod
    def from_text(cls, text: str) -> "Shard":
        """The inverse of "2/4"; raises UsageError for anything else."""
        match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", text)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise UsageError(f"--shard is {text!r}, expected such as 2/4, the second of four")
        return cls(int(match[1]), int(match[2]))


def shard_files(out: Path) -> Iterator[Path]:
    """The files that shards have written for this job, whatever their number."""
    name = re.compile(rf"{re.escape(out.stem)}-[0-9]+-of-[0-9]+{re.escape(out.suffix)}")
    found = out.parent.glob("*-of-*")
    return (path for path in sorted(found) if name.fullmatch(path.name))
