"""The answers of an evaluation of CMI-Bench -> its result files, one for each system and task.

Form, as in nicolaus625/CMI-bench at 35235cb: `model/results/<name>/<name>_<task>.jsonl`, which is, against
its ending, one JSON array of {question, response, correct_answer, audioid, other: ""}. What was not
answered is left out, as there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.evaluation.asking.answers import read_answers
from mullama.evaluation.folder import EvaluationFolder, StoredSystem
from mullama.evaluation.items import Item
from mullama.jobs.atomic import write_text
from mullama.jobs.safe_paths import safe_name

SET = "cmi-bench"


@dataclass(frozen=True)
class Results:
    """What was written of one system."""

    system: str
    paths: tuple[Path, ...]
    unanswered: int
    """Items of the set that are in none of the files."""


def write_results(folder: Path, out: Path) -> Iterator[Results]:
    """Write the result files of each system of an evaluation below `out`; scores are not needed.

    Raises UsageError for an evaluation of another set, and for a folder that cannot be read.
    """
    evaluation = EvaluationFolder(folder)
    about, _ = evaluation.read_about()
    if about.get("name") != SET:
        raise UsageError(f"{folder} evaluates {about.get('name')}: result files are of {SET}")
    items = evaluation.read_items()
    for system in evaluation.read_systems():
        yield _write_system(evaluation, system, items, out)


def _write_system(
    evaluation: EvaluationFolder, system: StoredSystem, items: list[Item], out: Path
) -> Results:
    answers = {
        record.item: record.answer
        for record in read_answers(evaluation.answers(system.file_name))
        if not record.condition and not record.failed
    }
    tasks: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        if item.id in answers:
            tasks.setdefault(_task(item), []).append(_result(item, answers[item.id]))
    paths = []
    for task, results in tasks.items():
        paths.append(out / _name(system.file_name, task))
        write_text(paths[-1], json.dumps(results, indent=4) + "\n", parents=True)
    return Results(system.name, tuple(paths), len(items) - sum(map(len, tasks.values())))


def _task(item: Item) -> str:
    """From the name of the file that the item was read from: CMI_GS_key or mullama_GS_key -> GS_key."""
    stem = item.id.rpartition("#")[0]
    return stem.partition("_")[2] or stem


def _result(item: Item, answer: str) -> dict[str, Any]:
    return {
        "question": item.question,
        "response": answer,
        "correct_answer": item.references[0] if item.references else "",
        "audioid": item.audio,
        "other": "",
    }


def _name(system: str, task: str) -> Path:
    """Raises UsageError for names that lead elsewhere."""
    name = safe_name(f"{system}/{system}_{task}.jsonl")
    if not system or not task or name is None or len(name.parts) != 2:
        raise UsageError(f"no file can be named after the system {system!r} and the task {task!r}")
    return Path(name)
