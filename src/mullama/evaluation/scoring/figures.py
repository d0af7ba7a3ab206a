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
from mullama.evaluation.scoring.compare import Resampling
from mullama.evaluation.scoring.judge import Answered, Judged

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
        "causes": dict(answered.causes.most_common(5)),
        "empty": sum(not text.strip() for text in texts),
        "conditions": _by_condition(system.judged, how),
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
        counts = {"items": len(each.items), "tracks": len({i.track for i in each.items})}
        for condition in each.statistics:
            values = {v: asdict(i) for v, i in compare.values(each, condition, how).items()}
            found.setdefault(condition or REAL, {})[metric] = {**counts, "values": values}
    return found


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
    topics = list(dict.fromkeys(i.topic for each in judged.values() for i in each.items))
    found: dict[str, Any] = {}
    for topic in topics if len(topics) > 1 else ():
        about: dict[str, Any] = {"items": 0, "tracks": 0, "conditions": {}}
        for metric, whole in judged.items():
            part = whole.of(lambda item, topic=topic: item.topic == topic)  # type: ignore[misc]
            if not part.items:
                continue
            about["items"] = max(about["items"], len(part.items))
            about["tracks"] = max(about["tracks"], len({item.track for item in part.items}))
            for condition in part.statistics:
                headline = compare.values(part, condition, how)[whole.metric.headline]
                conditions = about["conditions"].setdefault(condition or REAL, {})
                conditions[metric] = {whole.metric.headline: asdict(headline)}
        found[topic] = about
    return found


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
