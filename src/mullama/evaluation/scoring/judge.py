"""One system's answers -> statistics of each item, metric and condition. Does not compare systems."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
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
class Condition:
    """The statistics of one metric under one condition: one row for each item that was answered."""

    items: tuple[Item, ...]
    statistics: Statistics

    def of(self, wanted: Callable[[Item], bool]) -> "Condition":
        """Those of some items alone."""
        rows = np.array([wanted(item) for item in self.items], dtype=bool)
        return Condition(tuple(filter(wanted, self.items)), self.statistics[rows])

    @property
    def tracks(self) -> list[str]:
        """Every track once, in order."""
        return list(dict.fromkeys(item.track for item in self.items))


@dataclass(frozen=True)
class Judged:
    """The statistics of one metric, under every condition that has some."""

    metric: AnyMetric
    conditions: Mapping[str, Condition]

    @property
    def music(self) -> Condition | None:
        """Those of the items' own audio."""
        return self.conditions.get(MUSIC)

    @property
    def controls(self) -> list[str]:
        """Which there are."""
        return [name for name in self.conditions if name != MUSIC]

    def of(self, wanted: Callable[[Item], bool]) -> "Judged":
        """Those of some items alone; conditions without any are left out."""
        parts = {name: each.of(wanted) for name, each in self.conditions.items()}
        return Judged(self.metric, {name: part for name, part in parts.items() if part.items})

    def common(self) -> "Judged":
        """The items that were answered under every condition: only those can be compared."""
        each = [{item.id for item in c.items} for c in self.conditions.values()]
        both = set[str].intersection(*each) if each else set[str]()
        return self.of(lambda item: item.id in both)


def judge(metric: AnyMetric, items: Sequence[Item], answered: Answered) -> Judged:
    """The statistics of the answers that a metric can judge.

    Weights that come from all references come from those of the whole set, whoever answered how many.
    """
    kind = JUDGES.get(metric.name, TEXTS)
    judged = [item for item in items if _judges(kind, item)]
    references = [_reference(kind, item) for item in judged]
    found = {}
    for name in answered.conditions:
        records = answered.by_condition[name]
        there = [
            item.id in records and (kind != LIKELIHOODS or bool(records[item.id].logprobs))
            for item in judged
        ]
        if any(there):
            candidates = [
                _candidate(kind, records[item.id]) if known else _nothing(kind, item)
                for item, known in zip(judged, there, strict=True)
            ]
            statistics = metric.items(references, candidates)[np.array(there)]
            found[name] = Condition(tuple(compress(judged, there)), statistics)
    return Judged(metric, found)


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


def _nothing(kind: str, item: Item) -> Any:
    """What stands for an answer that is not there, and is not counted."""
    return (0.0,) * len(item.options) if kind == LIKELIHOODS else ""
