"""What `musicqa write` writes of what, and where to. Does not know how (writers/writer_options.py)."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.errors import UsageError
from mullama.jobs.shard import Shard
from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True, kw_only=True)
class WriteOptions(Options):
    """One job of writing."""

    source: Annotated[str, Flag("SOURCE")]
    """What kind of collection: musiccaps, magnatagatune, jamendo, folder or studio."""
    path: Path
    """Its table or its folder; for the studio, where its clips go."""
    writer: Annotated[str, Flag("W")]
    """template, local:MODEL or openai:URL#MODEL."""
    out: Annotated[Path, Flag("FILE.jsonl")]
    """A line for every clip; those that it holds already are not asked for again."""
    limit: Annotated[int, Bounds(1)] | None = None
    """Only the first N clips."""
    retry_failed: bool = False
    """Ask again for clips that failed before."""
    shard: Annotated[str, Flag("K/N")] = "1/1"
    """The Kth of N workers, into FILE-K-of-N.jsonl; a last run without it joins them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.out.suffix != ".jsonl":
            raise UsageError(f"--out is {self.out}, expected the name of a .jsonl file")
        Shard.from_text(self.shard)
