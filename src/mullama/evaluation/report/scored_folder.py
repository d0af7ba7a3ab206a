"""The folder of an evaluation -> its scores, its items, and the answers that a report shows.

Every text in `scores.json` and the files beside it may be anybody's. Does not know how a report looks.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.evaluation.asking.answers import AnswerRecord, read_answers
from mullama.evaluation.folder import EvaluationFolder
from mullama.evaluation.items import Item
from mullama.evaluation.scoring.score import FORMAT
from mullama.jobs.atomic_folder import human_size
from mullama.jobs.records import UNREADABLE, RecordFormat

MAX_SCORES_BYTES = 256 * 10**6

_LINES = RecordFormat[dict[str, Any]](encode=dict, decode=lambda values, where: values, key=repr)


@dataclass(frozen=True)
class Scored:
    """An evaluation that has been scored."""

    folder: EvaluationFolder
    scores: Mapping[str, Any]
    """As `scores.json` has it."""
    items: tuple[Item, ...]

    def systems(self) -> list[Mapping[str, Any]]:
        """The systems, in the order of the evaluation."""
        return list(self.scores["systems"])

    def answers(self, system: Mapping[str, Any]) -> Iterator[AnswerRecord]:
        """A system's answers, under every condition; none where there is no file."""
        path = self.folder.answers(self._file_name(system))
        return read_answers(path) if path.is_file() else iter(())

    def item_scores(self, system: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The lines of a system's scores of each item; none where there is no file."""
        path = self.folder.scores_folder / f"{self._file_name(system)}.jsonl"
        return _LINES.read(path) if path.is_file() else iter(())

    def _file_name(self, system: Mapping[str, Any]) -> str:
        name = str(system["file_name"])
        if not name or Path(name).name != name:  # it must not lead out of the folder
            raise UsageError(f"{self.folder.scores}: {name!r} is no file's name")
        return name


def read_scored(path: Path) -> Scored:
    """The evaluation in a folder; raises UsageError for one that is not there or not yet scored."""
    folder = EvaluationFolder(path)
    if not folder.scores.is_file():
        raise UsageError(
            f"{folder.scores} does not exist: run `mullama evaluate score {path}` first"
        )
    scores = _read_json(folder.scores)
    if not isinstance(scores, dict) or scores.get("format") != FORMAT:
        raise UsageError(
            f"{folder.scores} is not of format {FORMAT}: run `mullama evaluate score {path}` again"
        )
    return Scored(folder, scores, tuple(folder.read_items()))


def malformed(path: Path, cause: BaseException) -> UsageError:
    """One line for scores of another form, for one of `UNREADABLE`."""
    what = f"{cause} is missing" if isinstance(cause, KeyError) else str(cause)
    return UsageError(
        f"{EvaluationFolder(path).scores} is not what `mullama evaluate score` writes ({what}):"
        " run it again"
    )


def _read_json(path: Path) -> Any:
    try:
        if (size := path.stat().st_size) > MAX_SCORES_BYTES:
            raise UsageError(f"{path} has {human_size(size)}, which is too large for scores")
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, RecursionError, *UNREADABLE) as cause:
        raise UsageError(f"{path} cannot be read as JSON: {cause}") from cause
