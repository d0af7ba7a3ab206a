"""CMI-Bench (Ma et al. 2025, arXiv 2506.12285): instructions for classic tasks -> items.

Form, as in nicolaus625/CMI-bench at 35235cb: `data/<task>/CMI_<task>.jsonl`, lines of instruction, input,
output, uuid (empty), split [one], task_type {major [..], minor [..]}, audio_path [one], audio_start,
audio_end (-1 for the file's end), source, other; or published answers of a system,
`model/results/<name>/<name>_<task>.jsonl`, a JSON array of question, response, correct_answer, audioid,
other. Of these the response is not read here: it is a system's.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.tally import LeftOut, Tally
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.locate import Locator
from mullama.evaluation.sets.rows import Row, files_of, gather, read_rows, to_set

PATTERNS = ("CMI_*.jsonl", "data/*/CMI_*.jsonl", "*.jsonl")
TEST = "test"


def read(path: Path, audio: AudioResolver) -> EvaluationSet:
    """A task's file, or a folder of them; of tasks the test part."""
    files, tally = files_of(path, *PATTERNS), Tally()
    items = (item for file in files for item in _of_file(file, audio, tally))
    return to_set("cmi-bench", files, items, tally, licence="CC-BY-4.0")


def _of_file(file: Path, audio: AudioResolver, tally: Tally) -> Iterator[Item]:
    make = partial(_items, file.stem, Locator(file, audio))
    return gather(read_rows(file), make, tally)


def _items(task: str, locate: Locator, row: Row) -> Iterator[Item]:
    # No ids are published; a row's place in its file is its only name.
    name = f"{task}#{row.where.split()[-1]}"
    values: dict[str, Any]
    if "audioid" in row.values:
        values = {"question": row.text("question"), "topic": task.partition("_")[2] or task}
        column, clips = "correct_answer", row.texts("audioid")
    else:
        values, clips = _instruction(row), row.texts("audio_path")
        column = "output"
    if len(clips) != 1:
        raise LeftOut("about several clips, or none", row.where)
    if column not in row.values:
        row.refuse(f"{column!r} is missing")
    if not (answer := row.maybe(column)):
        raise LeftOut("without an answer", row.where)  # as a clip that has none of the tags
    yield Item(id=name, references=(answer,), **values, **locate.first(*_names(clips[0])))


def _instruction(row: Row) -> dict[str, Any]:
    split = row.texts("split")
    if split and TEST not in split:
        raise LeftOut(f"of the split {', '.join(split)}", row.where)
    task = row.get("task_type")
    if task is not None and not isinstance(task, dict):
        row.refuse("'task_type' is not an object")
    topic = Row(row.where, task or {}).texts("minor", "major")
    return {
        "question": row.text("instruction"),
        "topic": ", ".join(topic),
        "excerpt": _excerpt(row),
        "source": row.maybe("source"),
    }


def _excerpt(row: Row) -> tuple[float, float] | None:
    begin, end = row.seconds("audio_start") or 0.0, row.seconds("audio_end")
    if end is None or end < 0:
        if begin > 0:
            raise LeftOut("of an excerpt without an end", row.where)
        return None
    if not 0 <= begin < end:
        row.refuse(f"its excerpt begins at {begin} s and ends at {end} s")
    return begin, end


def _names(path: str) -> tuple[str, ...]:
    """The name as it is below the benchmark's folder, and below the folder of its data."""
    parts = [part for part in PurePosixPath(path).parts if part != ".."]
    return "/".join(parts), "/".join(parts[1:]) or parts[0]
