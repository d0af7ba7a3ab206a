"""How the formats of many files are written, each option written here alone. Imports nothing heavy."""

from dataclasses import dataclass
from typing import Annotated, Literal

from mullama.errors import UsageError
from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True, kw_only=True)
class FormatOptions(Options):
    """Where texts and sounds of a format lie."""

    sounds: Literal["link", "copy", "none"] = "link"
    """How sounds come into a format's folder; what lies in an archive is copied, never linked."""
    beside: bool = False
    """Put texts beside the sounds themselves, never over a file that is there."""
    tar_mib: Annotated[int, Bounds(1, 1 << 20), Flag("MIB")] = 1024
    """Sound in one tar file of a WebDataset, about."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.beside and self.sounds == "copy":
            raise UsageError("--beside puts texts where the sounds are: leave --sounds copy away")
