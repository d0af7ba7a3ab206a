"""A judged system -> what scores.json says of it; two of them -> whether they differ."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import combinations
from typing import Any

from mullama.evaluation.asking.controls import MUSIC
from mullama.evaluation.folder import StoredSystem
from mullama.evaluation.metrics.intervals import holm
from mullama.evaluation.scoring import compare
from mullama.evaluation.scoring.causes import grouped
from mullama.evaluation.scoring.compare import Resampling
from mullama.evaluation.scoring.judge import Answered, Condition, Judged

REAL = "music"
"""What scores.json calls the condition that is no control."""


@dataclass
class System:
    """A system, its answers, and what the metrics made of them."""

    stored: StoredSystem
    answered: Answered
    judged: dict[str, Judged] = field(default_factory=dict)


def figures(system: System, how: Resampling) -> dict[str, Any]:
    """What scores.json says of one system."""
    stored, answered = system.stored, system.answered
    texts = [record.answer for record in answered.by_condition[MUSIC].values()]
    return {
        **asdict(stored),
        "answered": len(texts),
        "failed": answered.failed,
        "missing": answered.unasked,
        "causes": grouped(answered.causes),
        "empty": sum(not text.strip() for text in texts),
        "conditions": _by_condition(system.judged, how),
        "compared": {m: _counts(judged.common().music) for m, judged in system.judged.items()},
        "way": {
            metric: {
                value: {**asdict(way.share), "control": way.control} for value, way in found.items()
            }
            for metric, judged in system.judged.items()
            if (found := compare.ways(judged, how))
        },
        "ears": _ears(system.judged, how),
        "topics": _topics(system.judged, how),
    }


def _by_condition(judged: Mapping[str, Judged], how: Resampling) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric, each in judged.items():
        for name, condition in each.conditions.items():
            values = compare.values(each.metric, condition, how)
            found.setdefault(name or REAL, {})[metric] = {
                **_counts(condition),
                "values": {value: asdict(interval) for value, interval in values.items()},
            }
    return found


def _counts(condition: Condition | None) -> dict[str, int]:
    if condition is None:
        return {"items": 0, "tracks": 0}
    return {"items": len(condition.items), "tracks": len(condition.tracks)}


def _ears(judged: Mapping[str, Judged], how: Resampling) -> dict[str, Any]:
    """Whether the headline of each metric is better with the music than with the best control."""
    found: dict[str, Any] = {}
    for metric, each in judged.items():
        value = each.metric.headline
        if (told := compare.needed_ears(each, value, how)) is not None:
            found[metric] = {value: {"control": told[0], "p": told[1]}}
    return found


def _topics(judged: Mapping[str, Judged], how: Resampling) -> dict[str, Any]:
    """The headline of each metric for each kind of question, where there is more than one."""
    answered = (c for each in judged.values() for c in each.conditions.values())
    topics = list(dict.fromkeys(item.topic for condition in answered for item in condition.items))
    found: dict[str, Any] = {}
    for topic in topics if len(topics) > 1 else ():
        parts = {
            metric: whole.of(lambda item, topic=topic: item.topic == topic)  # type: ignore[misc]
            for metric, whole in judged.items()
        }
        largest = max((c for p in parts.values() for c in p.conditions.values()), key=_size)
        found[topic] = {**_counts(largest), "conditions": _headlines(parts, how)}
    return found


def _headlines(judged: Mapping[str, Judged], how: Resampling) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for metric, each in judged.items():
        headline = each.metric.headline
        for name, condition in each.conditions.items():
            value = compare.values(each.metric, condition, how)[headline]
            found.setdefault(name or REAL, {})[metric] = {headline: asdict(value)}
    return found


def _size(condition: Condition) -> int:
    return len(condition.items)


def tests(systems: Sequence[System], how: Resampling) -> dict[str, Any]:
    """Every two systems by the headline of every metric, and what so many comparisons make of the p values."""
    pairs: list[dict[str, Any]] = []
    for one, other in combinations(systems, 2):
        for metric in sorted(one.judged.keys() & other.judged.keys()):
            value = one.judged[metric].metric.headline
            found = compare.differences(one.judged[metric], other.judged[metric], how).get(value)
            if found is not None and not math.isnan(found[1]):
                names = {"one": one.stored.name, "other": other.stored.name}
                told = {"difference": found[0], "p": found[1]}
                pairs.append({**names, "metric": metric, "value": value, **told})
    for pair, adjusted in zip(pairs, holm([pair["p"] for pair in pairs]), strict=True):
        pair["holm"] = adjusted
    return {
        "family": len(pairs),
        "method": "paired approximate randomisation over tracks, Holm",
        "pairs": pairs,
    }


def adjust_for_ears(systems: Sequence[dict[str, Any]]) -> None:
    """Holm's adjustment over all systems and metrics, since all are looked at."""
    told = [about for s in systems for values in s["ears"].values() for about in values.values()]
    known = [about for about in told if not math.isnan(about["p"])]
    for about, adjusted in zip(known, holm([about["p"] for about in known]), strict=True):
        about["holm"] = adjusted


def scored_items(told: Mapping[str, Any]) -> int:
    """Items whose answer to the music was scored, by the metric with the most."""
    music = told["conditions"].get(REAL, {})
    return max((about["items"] for about in music.values()), default=0)
