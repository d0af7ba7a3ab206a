"""The folder of an evaluation -> its scores, its items, and the answers that a report shows.

`scores.json` is what `evaluate score` wrote; every text in it, and in the files beside it, may be
anybody's. Does not know how a report looks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.evaluation.items import Item
from mullama.jobs.atomic_folder import human_size
from mullama.jobs.records import UNREADABLE, RecordFormat

SCORES, ITEMS = "scores.json", "items.jsonl"
FORMAT = 1
"""Of `scores.json`."""
MAX_SCORES_BYTES = 256 * 10**6
MUSIC = "music"
"""The condition that is no control."""

_LINES = RecordFormat[dict[str, Any]](encode=dict, decode=lambda values, where: values, key=repr)


@dataclass(frozen=True)
class Scored:
    """An evaluation that has been scored."""

    folder: Path
    scores: Mapping[str, Any]
    """As `scores.json` has it."""
    items: tuple[Item, ...]

    def systems(self) -> list[Mapping[str, Any]]:
        """The systems, in the order of the evaluation."""
        return list(self.scores["systems"])

    def answers(self, system: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The lines of a system's answers, under every condition; none where there is no file."""
        return self._lines("answers", system)

    def item_scores(self, system: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The lines of a system's scores of each item; none where there is no file."""
        return self._lines("scores", system)

    def _lines(self, folder: str, system: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        name = str(system["file_name"])
        if not name or Path(name).name != name:  # it must not lead out of the folder
            raise UsageError(f"{self.folder / SCORES}: {name!r} is no file's name")
        path = self.folder / folder / f"{name}.jsonl"
        if path.is_file():
            yield from _LINES.read(path)


def read_scored(folder: Path) -> Scored:
    """The evaluation in a folder; raises UsageError for one that is not there or not yet scored."""
    path = folder / SCORES
    if not path.is_file():
        raise UsageError(f"{path} does not exist: run `mullama evaluate score {folder}` first")
    scores = _read_json(path)
    if not isinstance(scores, dict) or scores.get("format") != FORMAT:
        raise UsageError(
            f"{path} is not of format {FORMAT}: run `mullama evaluate score {folder}` again"
        )
    lines = folder / ITEMS
    items = tuple(
        Item.from_dict(values, f"{lines}, line {number}")
        for number, values in enumerate(_LINES.read(lines), start=1)
    )
    return Scored(folder, scores, items)


def malformed(folder: Path, cause: BaseException) -> UsageError:
    """One line for scores of another form, for one of `UNREADABLE`."""
    what = f"{cause} is missing" if isinstance(cause, KeyError) else str(cause)
    return UsageError(
        f"{folder / SCORES} is not what `mullama evaluate score` writes ({what}): run it again"
    )


def _read_json(path: Path) -> Any:
    try:
        if (size := path.stat().st_size) > MAX_SCORES_BYTES:
            raise UsageError(f"{path} has {human_size(size)}, which is too large for scores")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, RecursionError, *UNREADABLE) as cause:
        raise UsageError(f"{path} cannot be read as JSON: {cause}") from cause
