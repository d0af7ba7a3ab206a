"""What a set asks: one item for each question, with its references or its options, and its audio.

Every set becomes a list of these, whatever form it is published in. Does not know who is asked.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from mullama.errors import UsageError
from mullama.evaluation.metrics.choices import Choice
from mullama.options.declare import options_of
from mullama.options.values import from_mapping, shown


@dataclass(frozen=True)
class Item:
    """One question about one track."""

    id: str
    """Unique within its set, and the same whenever the set is read."""
    question: str
    """As the set words it, without its options."""
    references: tuple[str, ...] = ()
    """Right answers in words, each as good as the others; empty for choices whose answer is a letter."""
    track: str = ""
    """Items of one track are not independent; intervals count tracks. By default the audio's name."""
    audio: str | None = None
    """The file as the set names it; None where the item needs no audio."""
    file: Path | None = None
    """Where that lies on this machine; None where it does not."""
    sha256: str = ""
    """Of the file, in hexadecimal; empty where there is none."""
    missing: str = ""
    """Why there is no file, in one line."""
    excerpt: tuple[float, float] | None = None
    """Seconds of the file that the item is about; None for all of it."""
    topic: str = ""
    """What kind of question it is, in the set's own words."""
    options: tuple[str, ...] = ()
    """What is to be chosen from, in the set's order; empty for open questions."""
    right: int | None = None
    """Which option is right; None where the set withholds it."""
    source: str = ""
    """The collection that the track came from."""
    source_id: str = ""
    """The track's name there."""

    def __post_init__(self) -> None:
        if not self.track:
            object.__setattr__(self, "track", self.audio or self.id)
        if self.right is not None:
            self.choice()  # raises for options that are none

    @property
    def scored(self) -> bool:
        """Whether an answer can be judged."""
        return self.right is not None or bool(self.references)

    def choice(self) -> Choice:
        """The options and which is right; raises UsageError where the item has none."""
        if self.right is None:
            raise UsageError(f"item {self.id}: it is no choice, or its answer is withheld")
        return Choice(self.options, self.right)

    def as_dict(self) -> dict[str, Any]:
        """What a line of `items.jsonl` holds: what is known, as JSON has it."""
        values = {name: getattr(self, name) for name in FIELDS}
        if self.file is not None:
            values["file"] = str(self.file)
        return {key: value for key, value in values.items() if value not in (None, "", ())}

    @classmethod
    def from_dict(cls, values: Any, where: str) -> Self:
        """The inverse; raises UsageError, beginning with `where`, for anything else."""
        if not isinstance(values, dict) or not values.keys() <= set(FIELDS):
            raise UsageError(f"{where}: not an item of an evaluation: {shown(values)}")
        try:
            item = from_mapping(cls, values, where)
        except UsageError as error:  # what options are is told by the item, not by its place
            text = str(error)
            raise UsageError(text if text.startswith(where) else f"{where}: {text}") from error
        if not is_excerpt(item.excerpt):
            raise UsageError(f"{where}: excerpt: expected its begin and end, got {item.excerpt}")
        return item


FIELDS = tuple(options_of(Item))


def is_excerpt(seconds: tuple[float, ...] | None) -> bool:
    """Whether these may be the begin and the end of a stretch; None is all of a file."""
    return seconds is None or (len(seconds) == 2 and 0 <= seconds[0] < seconds[1])


@dataclass(frozen=True)
class EvaluationSet:
    """The items of a set, with what a report says about where they came from."""

    name: str
    """As in the registry of sets."""
    items: tuple[Item, ...]
    licence: str = ""
    """Of the questions, as their publisher states it."""
    sources: tuple[tuple[str, str], ...] = ()
    """(file, its SHA-256) of every file that was read."""
    notes: tuple[str, ...] = ()
    """What a reader of the scores should know: noise, withheld answers, what was left out."""

    def tracks(self) -> list[str]:
        """Every track once, in order."""
        return list(dict.fromkeys(item.track for item in self.items))


def check_items(items: Iterable[Item], where: str) -> tuple[Item, ...]:
    """The items; raises UsageError where there are none, one asks nothing, or two have one id."""
    checked = tuple(items)
    if not checked:
        raise UsageError(f"{where}: there is no question in it")
    seen: set[str] = set()
    for item in checked:
        if item.id in seen:
            raise UsageError(f"{where}: two items are called {item.id!r}")
        if not item.question.strip():
            raise UsageError(f"{where}: item {item.id} asks nothing: its question is empty")
        seen.add(item.id)
    return checked


def limited(items: Sequence[Item], tracks: int | None) -> tuple[Item, ...]:
    """The items of the first so many tracks; all where there is no limit."""
    wanted = set(list(dict.fromkeys(item.track for item in items))[:tracks])
    return tuple(item for item in items if item.track in wanted)
