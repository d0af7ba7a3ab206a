"""The second step: the items and everybody's answers -> scores.json, and the scores of each item.

A pure function of the folder: no system is asked, and the same files give the same figures.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mullama.evaluation.asking.sounds import SECONDS
from mullama.evaluation.asking.tasks import CHOICE_PROMPT, Asking, tasks
from mullama.evaluation.folder import EvaluationFolder, StoredSystem
from mullama.evaluation.items import EvaluationSet, Item, limited
from mullama.evaluation.metrics.metric import AnyMetric
from mullama.evaluation.metrics.protocols import Column
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.scoring.compare import Resampling
from mullama.evaluation.scoring.figures import REAL, System, adjust_for_ears, figures, tests
from mullama.evaluation.scoring.judge import collect, judge
from mullama.evaluation.scoring.left_out import drop_unscorable, scorable_items, stored_answers
from mullama.evaluation.scoring.overlap import check_training_files, find_overlap
from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.evaluation.scoring.tables import PUBLISHED, chosen_tables
from mullama.evaluation.scoring.versions import versions
from mullama.evaluation.scoring.warnings import warnings
from mullama.jobs.atomic import write_bytes, write_text
from mullama.jobs.jsonl import to_line
from mullama.jobs.shard import shard_files

FORMAT = 1
"""Of scores.json."""


def score(
    folder: EvaluationFolder, options: ScoreOptions, command: Sequence[str] = ()
) -> dict[str, Any]:
    """Write and return the scores; see docs/evaluation.md for their form.

    What cannot be judged is counted, and the rest is scored: look at "warnings". Raises UsageError for
    a folder without a set or without answers, and for files of training data that cannot be read.
    """
    about, asking = folder.read_about()
    items = limited(folder.read_items(), asking.tracks)
    stored_systems = folder.read_systems()
    check_training_files(options.hold_out, "--hold-out")
    for stored in stored_systems:
        check_training_files(map(Path, stored.trained_on), f"{stored.name}: trained_on")
    tables = chosen_tables(options)
    metrics = _metrics(tables, options, items)
    scorable, unscorable = scorable_items(items)
    judged = [_judge(folder, s, asking, (items, scorable), metrics) for s in stored_systems]
    systems = [system for system, _ in judged]
    how = Resampling(options.level, options.resamples, options.permutations, options.seed)
    shown = [name for name in tables if metrics.keys() & {c.metric for c in tables[name]}]
    scores = {
        "format": FORMAT,
        "set": {**about, **_count(items), "unscorable": unscorable},
        "asking": _said_of(asking),
        "scoring": shown,
        "tables": {name: [asdict(column) for column in tables[name]] for name in shown},
        "metrics": {name: _about(metric) for name, metric in metrics.items()},
        "systems": [
            {**figures(system, how), **left, "overlap": _overlap(system, about, items, options)}
            for system, left in judged
        ],
        "tests": tests(systems, how),
        "published": list(PUBLISHED.get(about["name"], ())),
        "versions": versions(),
        "command": list(command),
        **asdict(how),
    }
    adjust_for_ears(scores["systems"])
    scores["warnings"] = warnings(scores)
    _write(folder, scores, systems)
    return scores


def _write(folder: EvaluationFolder, scores: dict[str, Any], systems: Sequence[System]) -> None:
    """The scores of each item, then those of all: where scores.json is, the others are."""
    for system in systems:
        lines = b"".join(map(to_line, _item_rows(system)))
        write_bytes(folder.scores_folder / f"{system.stored.file_name}.jsonl", lines, parents=True)
    text = json.dumps(_without_nan(scores), indent=1, ensure_ascii=False, allow_nan=False)
    write_text(folder.scores, text + "\n")


# ------------------------------------------------------------------ judging


def _metrics(
    tables: Mapping[str, Sequence[Column]], options: ScoreOptions, items: Sequence[Item]
) -> dict[str, AnyMetric]:
    """The metrics of the tables that were asked for and fit the set."""
    words = any(item.references and not item.options for item in items)
    choices = any(item.right is not None for item in items)
    wanted = [
        column.metric
        for name, columns in tables.items()
        if (choices if name == "choices" else words)
        for column in columns
    ]
    return {name: open_metric(name, options) for name in dict.fromkeys(wanted)}


def _judge(
    folder: EvaluationFolder,
    stored: StoredSystem,
    asking: Asking,
    items: tuple[Sequence[Item], Sequence[Item]],
    metrics: Mapping[str, AnyMetric],
) -> tuple[System, dict[str, Any]]:
    """A system's answers judged by every metric that can be computed here, and what is left out.

    `items` are all that it is asked, and those that can be scored.
    """
    every, scorable = items
    asked = tasks(every, asking, folder.control_sounds(asking), hears=stored.hears)
    path = folder.answers(stored.file_name)
    unreadable: list[str] = []
    records = stored_answers(path, unreadable)
    system = System(stored, collect(asked, records, stored.fingerprint))
    left = {"unscorable": drop_unscorable(system.answered), "unreadable": unreadable}
    for name, metric in metrics.items():
        if any(need.blocks for need in metric.needs()):
            continue
        judged = judge(metric, scorable, system.answered)
        if judged.conditions:
            system.judged[name] = judged
    return system, {**left, "shards": len(list(shard_files(path)))}


# ------------------------------------------------------------------ what else is said


def _said_of(asking: Asking) -> dict[str, Any]:
    return {
        **asdict(asking),
        "controls": list(asking.conditions[1:]),
        "control_seconds": SECONDS,
        "choice_prompt": CHOICE_PROMPT,
    }


def _overlap(
    system: System, about: Mapping[str, Any], items: Sequence[Item], options: ScoreOptions
) -> dict[str, Any] | None:
    """The tracks of the set that the system was trained on, as far as anybody said what that was."""
    trained_on = [*options.hold_out, *map(Path, system.stored.trained_on)]
    if not trained_on or system.stored.deaf:
        return None
    return find_overlap(EvaluationSet(about["name"], tuple(items)), trained_on).as_dict()


def _count(items: Sequence[Item]) -> dict[str, int]:
    return {
        "items": len(items),
        "tracks": len({item.track for item in items}),
        "withheld": sum(not item.scored for item in items),
        "without_audio": sum(item.audio is not None and item.file is None for item in items),
    }


def _about(metric: AnyMetric) -> dict[str, Any]:
    needs = metric.needs()
    return {
        "signature": "" if any(need.blocks for need in needs) else metric.signature(),
        "headline": metric.headline,
        "direction": metric.direction,
        "range": list(metric.range),
        "perfect": dict(metric.perfect),
        "needs": [asdict(need) for need in needs],
    }


def _item_rows(system: System) -> list[dict[str, Any]]:
    """The headline of each metric for each item and condition."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for metric, judged in system.judged.items():
        headline = judged.metric.headline
        for name, condition in judged.conditions.items():
            reached = judged.metric.reduce(condition.statistics)[headline]
            for item, value in zip(condition.items, reached.tolist(), strict=True):
                about = {"item": item.id, "condition": name or REAL}
                row = rows.setdefault((item.id, name), about)
                row[metric] = {headline: None if math.isnan(value) else round(value, 6)}
    return list(rows.values())


def _without_nan(value: Any) -> Any:
    """The same for JSON, which has no NaN: None."""
    if isinstance(value, dict):
        return {key: _without_nan(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(v) for v in value]
    if isinstance(value, Path):
        return str(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value
