"""What `musicqa read` reads, into what, and what of it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.options import Flag, Options


@dataclass(frozen=True)
class ReadOptions(Options):
    """One reading."""

    files: tuple[Path, ...]
    """Published or Alpaca's .json, *AQA.csv, .jsonl, .parquet, or a built set's folder."""
    out: Annotated[Path, Flag("OUT")]
    """A folder, or a file ending in .jsonl, .json, .csv or .parquet."""
    audio: Annotated[tuple[Path, ...], Flag("ZIP|DIR")] = ()
    """Where audio is looked for: audios.zip, read without unpacking it as a whole, or a folder; beside
    each file as well. Files elsewhere are not copied. May be given again."""
    format: Annotated[str | None, Flag("NAME")] = None
    """What is written, where the name's end does not say it: such as clips or alpaca."""
    cleaned: bool = False
    """Leave out pairs on tags, artists or what cannot be known; a folder gets both."""
    include_missing_audio: bool = False
    """Keep pairs whose audio is not found (default: they are counted)."""

    @property
    def writes_folder(self) -> bool:
        """Whether `out` is a folder, by its name or since there is one."""
        return self.format is None and (not self.out.suffix or self.out.is_dir())
