"""What `mullama show` shows of a song, and where. Imports no torch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.errors import UsageError
from mullama.options import Bounds, Flag, Options

Topic = Literal["style", "mood", "tempo", "metre", "key", "drums", "instruments"]
TOPICS: tuple[Topic, ...] = ("style", "mood", "tempo", "metre", "key", "drums", "instruments")
PAGE, PICTURES = ".html", (".png", ".svg")


@dataclass(frozen=True, kw_only=True)
class ShowOptions(Options):
    """What is shown, and where."""

    out: Annotated[Path, Flag("FILE")]
    """.html is a page to read; .png and .svg are a picture."""
    overwrite: bool = False
    """Replace a FILE that is there already."""
    over_time: bool = False
    """Ask about each part of the song by itself, too."""
    window: Annotated[float, Bounds(1.0, 600.0), Flag("S")] = 10.0
    """With --over-time: seconds of a part."""
    hop: Annotated[float, Bounds(0.5, 600.0), Flag("S")] = 5.0
    """With --over-time: seconds from part to part at most; more where there were over 240 parts."""
    topics: tuple[Topic, ...] = ()
    """What is asked about; may be given again (default: everything)."""
    embed_audio: bool = False
    """With .html: the page plays the song, which becomes a part of it (up to 16 MiB)."""
    theme: Literal["light", "dark"] = "light"
    """Of .png and .svg; a page is as its reader's system is."""

    @property
    def asked(self) -> tuple[Topic, ...]:
        """The topics in their order, each once."""
        return tuple(topic for topic in TOPICS if topic in (self.topics or TOPICS))

    def check(self) -> None:
        """Raise UsageError for a file that is not to be written, before any work is done."""
        suffix = self.out.suffix.lower()
        if suffix not in (PAGE, *PICTURES):
            raise UsageError(
                f"--out {self.out}: expected a name that ends in {PAGE} or {' or '.join(PICTURES)}"
            )
        if self.out.is_dir():
            raise UsageError(f"--out {self.out} is a folder: name a file in it")
        if not self.out.parent.is_dir():
            raise UsageError(f"--out {self.out}: there is no folder {self.out.parent}")
        if self.out.exists() and not self.overwrite:
            raise UsageError(f"{self.out} is there: choose another --out, or give --overwrite")
        if self.embed_audio and suffix != PAGE:
            raise UsageError(f"--embed-audio is for a page: {suffix} plays nothing")
