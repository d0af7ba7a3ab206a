"""One job, several workers -> which clip is whose, and which file.

Nothing is locked between them: a clip falls to a worker by its name, and every worker has a file of
its own. Does not know what is done with a clip.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mullama.errors import UsageError
from mullama.musicqa.descriptions import Description


@dataclass(frozen=True)
class Shard:
    """The part of a job that one worker does."""

    number: int = 1
    of: int = 1

    def __contains__(self, description: Description) -> bool:
        """Whether a clip falls to this worker; it does not depend on other clips."""
        if self.of == 1:
            return True
        key = f"{description.source}\0{description.id}".encode(errors="replace")
        place = int.from_bytes(hashlib.sha256(key).digest()[:8])
        return place % self.of == self.number - 1

    def path(self, out: Path) -> Path:
        """Its own file."""
        if self.of == 1:
            return out
        return out.with_name(f"{out.stem}-{self.number}-of-{self.of}{out.suffix}")

    @classmethod
    def from_text(cls, text: str) -> "Shard":
        """The inverse of "2/4"; raises UsageError for anything else."""
        match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
        if not match or not 1 <= int(match[1]) <= int(match[2]):
            raise UsageError(f"--shard is {text!r}, expected such as 2/4, the second of four")
        return cls(int(match[1]), int(match[2]))


def shard_files(out: Path) -> Iterator[Path]:
    """The files that workers have written for this job, whatever their number."""
    name = re.compile(rf"{re.escape(out.stem)}-\d+-of-\d+{re.escape(out.suffix)}")
    return (
        path for path in sorted(out.parent.glob(f"*-of-*{out.suffix}")) if name.fullmatch(path.name)
    )
