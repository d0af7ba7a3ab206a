"""The options of a catalogue, each written here alone. Imports nothing heavy."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.catalogue.record import TOPICS
from mullama.errors import UsageError
from mullama.jobs.shard import Shard
from mullama.options import Bounds, Flag, Options

MAX_VARIANTS, MAX_TRIGGER, MAX_ASKED = 100, 200, 100
CAPTIONS = ("short", "long")
"""Names that captions are stored under, beside those of fields."""


@dataclass(frozen=True, kw_only=True)
class TextOptions(Options):
    """How what was heard is worded. Other words need no second hearing."""

    length: Literal["short", "long"] = "short"
    """Which caption the text is: one sentence, or a description. The record has both."""
    variants: Annotated[int, Bounds(0, MAX_VARIANTS), Flag("N")] = 0
    """Other wordings of every caption, made of its facts."""
    seed: Annotated[int, Bounds(0)] = 0
    """Of the wordings: a file's are the same with the same seed."""
    trigger: Annotated[str, Flag("WORD")] = ""
    """What every text begins with, as training for one style wants it."""
    template: Annotated[str, Flag("TEXT|FILE")] = ""
    """A Jinja2 template of the texts, or a file with one, such as '{{ caption }} {{ tempo }} BPM'."""
    min_confidence: Annotated[float, Bounds(0, 1), Flag("P")] = 0.0
    """Say nothing in a text that the model is less sure of; fields keep it, with its probability."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.trigger) > MAX_TRIGGER or not self.trigger.isprintable():
            raise UsageError(f"--trigger is one line of at most {MAX_TRIGGER} characters")


@dataclass(frozen=True, kw_only=True)
class CatalogueOptions(Options):
    """What is asked, and how the work is done."""

    out: Annotated[Path, Flag("DIR")]
    """The catalogue's folder; the same command again goes on with it."""
    format: Annotated[tuple[str, ...], Flag("NAME")] = ()
    """In which form captions are written; may be given again (default: jsonl)."""
    ask: Annotated[tuple[str, ...], Flag("NAME=QUESTION")] = ()
    """One more field, and the question that fills it; may be given again."""
    as_published: bool = False
    """By the published resampler, and as much as published: of MERT's model the first 60 s."""
    audio: Annotated[tuple[Path, ...], Flag("DIR")] = ()
    """Where else the files lie that a list names; may be given again."""
    songs: Annotated[int, Bounds(1, 1024), Flag("N")] = 8
    """Songs that are asked about together."""
    limit: Annotated[int | None, Bounds(1), Flag("N")] = None
    """The first so many files alone, as for a try; the same command without it goes on."""
    workers: Annotated[int | None, Bounds(1), Flag("N")] = None
    """Of these at a time (default: as many as cores for a small model, else 1)."""
    engine: Literal["here", "threads", "processes", "ray"] | None = None
    """Where the workers are: `ray` is a cluster, or this machine where there is none (default: here; for
    more than one worker threads, which share one model; a process that dies costs one block)."""
    shard: Annotated[str, Flag("K/N")] = "1/1"
    """The part of the work that this process does; a last run without it joins all parts."""
    reword: bool = False
    """Word what was heard in another way than before."""

    def __post_init__(self) -> None:
        super().__post_init__()
        Shard.from_text(self.shard)
        parse_asked(self.ask)


def parse_asked(asked: tuple[str, ...]) -> dict[str, str]:
    """Name -> question of each NAME=QUESTION; raises UsageError for another form or a name twice."""
    found: dict[str, str] = {}
    if len(asked) > MAX_ASKED:
        raise UsageError(f"--ask: at most {MAX_ASKED} questions")
    for text in asked:
        name, equals, question = text.partition("=")
        if not equals or not question.strip() or not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", name):
            raise UsageError(f"--ask is {text!r}, expected such as singer='Who sings?'")
        if name in found or name in (*TOPICS, *CAPTIONS):
            raise UsageError(f"--ask: {name!r} is asked already: take another name")
        found[name] = question.strip()
    return found
