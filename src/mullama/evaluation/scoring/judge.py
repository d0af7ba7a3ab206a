"""One system's answers -> statistics of each item, metric and condition. Does not compare systems."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mullama.evaluation.asking.answers import AnswerRecord
from mullama.evaluation.asking.controls import MUSIC
from mullama.evaluation.asking.tasks import Task
from mullama.evaluation.items import Item
from mullama.evaluation.metrics.metric import AnyMetric, Statistics

TEXTS, FACTS, CHOICES, LIKELIHOODS = "texts", "facts", "choices", "likelihoods"
"""What a metric judges: answers in words, what they claim, chosen options, likelihoods of options."""
JUDGES = {"attributes": FACTS, "choices": CHOICES, "choice-likelihoods": LIKELIHOODS}
"""Metric -> what it judges; any other judges answers in words."""


@dataclass
class Answered:
    """What a system answered, by condition and item, and what is missing."""

    by_condition: dict[str, dict[str, AnswerRecord]] = field(default_factory=dict)
    failed: int = 0
    """Answers of any condition that were asked for and could not be given."""
    unasked: int = 0
    """Tasks without any record: the first step has not been done to its end."""
    causes: Counter[str] = field(default_factory=Counter)

    @property
    def conditions(self) -> list[str]:
        """Those with answers, the music first."""
        return [name for name, records in self.by_condition.items() if records]

    def complete(self) -> list[str]:
        """The items that are answered under every condition that has answers, in order."""
        answered = [self.by_condition[name] for name in self.conditions]
        if not answered:
            return []
        return [item for item in answered[0] if all(item in records for records in answered)]


def collect(tasks: Iterable[Task], records: Iterable[AnswerRecord], fingerprint: str) -> Answered:
    """The record of each task; those of other systems, questions or sounds are passed over."""
    by_key = {record.key: record for record in records}
    found = Answered({MUSIC: {}})
    for task in tasks:
        answered = found.by_condition.setdefault(task.condition, {})
        record = by_key.get(task.key(fingerprint))
        if record is None:
            found.unasked += 1
        elif record.failed:
            found.failed += 1
            found.causes[record.failed] += 1
        else:
            answered[task.item.id] = record
    return found


@dataclass(frozen=True)
class Judged:
    """The statistics of one metric over some items, under every condition."""

    metric: AnyMetric
    items: tuple[Item, ...]
    statistics: Mapping[str, Statistics]
    """Condition -> one row for each item."""

    def of(self, wanted: Callable[[Item], bool]) -> "Judged":
        """Those of some items alone."""
        rows = np.array([wanted(item) for item in self.items], dtype=bool)
        items = tuple(item for item in self.items if wanted(item))
        return Judged(self.metric, items, {c: s[rows] for c, s in self.statistics.items()})


def judge(metric: AnyMetric, items: Sequence[Item], answered: Answered) -> Judged | None:
    """The statistics of the items that a metric can judge; None where there are none."""
    kind = JUDGES.get(metric.name, TEXTS)
    complete = set(answered.complete())
    conditions = {c: answered.by_condition[c] for c in answered.conditions}
    judged = [
        item
        for item in items
        if item.id in complete
        and _judges(kind, item)
        and all(kind != LIKELIHOODS or records[item.id].logprobs for records in conditions.values())
    ]
    if not judged:
        return None
    references = [_reference(kind, item) for item in judged]
    statistics = {
        condition: metric.items(references, [_candidate(kind, records[i.id]) for i in judged])
        for condition, records in conditions.items()
    }
    return Judged(metric, tuple(judged), statistics)


def _judges(kind: str, item: Item) -> bool:
    if kind in (TEXTS, FACTS):
        return bool(item.references) and not item.options
    return item.right is not None


def _reference(kind: str, item: Item) -> Any:
    if kind in (TEXTS, FACTS):
        return item.references if kind == TEXTS else " ".join(item.references)
    return item.choice()


def _candidate(kind: str, record: AnswerRecord) -> Any:
    return record.logprobs if kind == LIKELIHOODS else record.answer
