"""Whether tags are written, each option written here alone. Imports nothing heavy."""

from dataclasses import dataclass

from mullama.errors import UsageError
from mullama.options import Options


@dataclass(frozen=True, kw_only=True)
class TagOptions(Options):
    """The tags of the music files themselves."""

    write_tags: bool = False
    """Show what tempo, key, mood, genre and comment would be put into the files; only into empty fields."""
    undo: bool = False
    """Show instead which tags of ours would be taken out."""
    apply: bool = False
    """Do it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.apply or self.undo) and not self.write_tags:
            raise UsageError("--apply and --undo belong to --write-tags")
