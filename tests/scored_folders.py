"""The folder of a scored evaluation, small but whole: invented tracks and answers, real metrics.

One system hears (most of the time), one answers the same whatever sounds, one hears nothing.
"""

import hashlib
import json
import math
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from mullama.evaluation.items import Item
from mullama.evaluation.metrics.intervals import (
    holm,
    intervals,
    paired_p_values,
    share_of_way,
    sum_by_track,
)
from mullama.evaluation.metrics.metric import AnyMetric, evaluate
from mullama.evaluation.metrics.metric_options import MetricOptions
from mullama.evaluation.metrics.registry import open_metric
from mullama.evaluation.metrics.scoring import PROTOCOLS

CONTROLS = ("wrong song", "silence", "noise", "no audio")
CONDITIONS = ("music", *CONTROLS)
INSTRUMENTS = (
    "piano and double bass",
    "electric guitar and drums",
    "violin and flute",
    "a synthesizer",
)
MOODS = ("calm", "energetic", "sad", "happy")
STYLES = ("jazz", "rock", "classical", "electronic")
METRICS = ("character-bleu", "rouge-l", "bleu", "meteor", "bertscore", "cider-d", "attributes")
RESAMPLES, PERMUTATIONS = 300, 999
OPTIONS = MetricOptions(bertscore_model="absent/model")
Tables = dict[str, list[dict[str, str]]]
Answers = dict[str, list[str]]
"""Condition -> an answer for each item."""

PUBLISHED = [
    ("LTU", (0.242, 0.274, 0.326, 0.887)),
    ("LLaMA-Adapter", (0.273, 0.334, 0.413, 0.895)),
    ("MU-LLaMA", (0.306, 0.385, 0.466, 0.901)),
]


def facts(track: int) -> tuple[str, str, str, int]:
    """A track's instruments, mood, style and tempo."""
    rng = random.Random(track)
    return rng.choice(INSTRUMENTS), rng.choice(MOODS), rng.choice(STYLES), rng.randrange(60, 180, 4)


def texts(track: int) -> list[tuple[str, str, str]]:
    """(topic, question, answer) of what is asked about a track."""
    instruments, mood, style, tempo = facts(track)
    return [
        ("instruments", "Which instruments play?", f"The music is played on {instruments}."),
        ("mood", "What is the mood of the music?", f"The mood of the music is {mood}."),
        ("tempo", "How fast is the music?", f"The tempo of the music is {tempo} BPM."),
        (
            "caption",
            "Describe the audio",
            f"A {mood} {style} track with {instruments} at {tempo} BPM.",
        ),
    ]


def items_of(tracks: int, audio: Path | None) -> list[Item]:
    """Four questions about each track; the audio of every second one is at hand."""
    items = []
    for track in range(tracks):
        name = f"{track:03d}.wav"
        file = audio / name if audio is not None and track % 2 == 0 else None
        if file is not None:
            soundfile.write(file, np.zeros(800, dtype=np.float32), 8000)
        for topic, question, answer in texts(track):
            items.append(
                Item(
                    id=f"{topic}-{track:03d}",
                    question=question,
                    references=(answer,),
                    audio=name,
                    file=file,
                    missing="" if file else f"{name} is not in the folder",
                    topic=topic,
                )
            )
    return items


def hearing(track: int, condition: str, rng: random.Random) -> list[str]:
    """Four answers in five are right; under a control they are those of some other track."""
    other = rng.randrange(1000)
    right, wrong = texts(track), texts(other)
    return [
        (right if condition == "music" and rng.random() < 0.8 else wrong)[place][2]
        for place in range(4)
    ]


def deaf(track: int, condition: str, rng: random.Random) -> list[str]:
    """The same answers with another opening, whatever sounds."""
    opening = rng.choice(("", "I think: "))
    return [opening + answer for _, _, answer in texts(3)]


def constant(track: int, condition: str, rng: random.Random) -> list[str]:
    """One caption for everything."""
    return ["A calm rock track with electric guitar and drums."] * 4


Speaker = Callable[[int, str, random.Random], list[str]]
SYSTEMS: tuple[tuple[str, bool, Speaker], ...] = (
    ("MU-LLaMA small", True, hearing),
    ("Deaf model", True, deaf),
    ("Constant caption", False, constant),
)


def write_scored(
    folder: Path, *, tracks: int = 16, audio: bool = True, renamed: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Write the folder; what its scores.json holds. `renamed` gives systems other names."""
    folder.mkdir(parents=True, exist_ok=True)
    sounds = folder.parent / "audio #1"
    if audio:
        sounds.mkdir(exist_ok=True)
    items = items_of(tracks, sounds if audio else None)
    _lines(folder / "items.jsonl", [item.as_dict() for item in items])
    metrics = {name: open_metric(name, OPTIONS) for name in METRICS}
    blocked = {name for name, m in metrics.items() if any(n.blocks for n in m.needs())}
    metrics_on = {name: metric for name, metric in metrics.items() if name not in blocked}
    systems = []
    for name, hears, speaker in SYSTEMS:
        shown = (renamed or {}).get(name, name)
        answers = _answers(speaker, tracks, hears=hears)
        systems.append(_system(shown, name.replace(" ", "-"), hears, items, answers, metrics_on))
        _write_answers(folder, name.replace(" ", "-"), items, answers, metrics_on)
    scores = _scores(items, systems, metrics)
    _adjust(systems)
    scores["tests"] = _tests(items, systems, metrics_on, tracks)
    write_scores(folder, scores)
    return scores


def write_scores(folder: Path, scores: Mapping[str, Any]) -> None:
    """Put other scores into the folder."""
    stored = json.loads(json.dumps(scores), parse_constant=lambda name: None)
    (folder / "scores.json").write_text(json.dumps(stored, allow_nan=False))


def _lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def _answers(speaker: Speaker, tracks: int, *, hears: bool) -> Answers:
    return {
        condition: [
            answer
            for track in range(tracks)
            for answer in speaker(track, condition, random.Random(f"{track} {condition}"))
        ]
        for condition in (CONDITIONS if hears else ("music",))
    }


def _write_answers(
    folder: Path, name: str, items: list[Item], answers: Answers, metrics: dict[str, AnyMetric]
) -> None:
    said, scored = [], []
    for condition, texts_ in answers.items():
        control = "" if condition == "music" else condition
        for item, text in zip(items, texts_, strict=True):
            said.append(
                {
                    "key": f"{name} {item.id} {control}",
                    "item": item.id,
                    "control": control,
                    "question": item.question,
                    "answer": text,
                    "logprobs": [],
                    "seconds_heard": 20.0,
                    "pieces": 1,
                    "failed": "",
                }
            )
            rouge = evaluate(metrics["rouge-l"], [item.references], [text])
            scored.append({"item": item.id, "control": control, "rouge-l": rouge})
    _lines(folder / "answers" / f"{name}.jsonl", said)
    _lines(folder / "scores" / f"{name}.jsonl", scored)


def _references(metric: AnyMetric, items: list[Item]) -> list[Any]:
    return [
        item.references[0] if metric.name == "attributes" else item.references for item in items
    ]


def _values(metric: AnyMetric, items: list[Item], answers: list[str]) -> dict[str, Any]:
    rows = metric.items(_references(metric, items), answers)
    tracks = [item.track for item in items]
    found = intervals(metric.reduce, sum_by_track(rows, tracks), resamples=RESAMPLES)
    values = {n: {"value": i.value, "low": i.low, "high": i.high} for n, i in found.items()}
    return {"items": len(items), "tracks": len(set(tracks)), "values": values}


def _system(
    name: str,
    file_name: str,
    hears: bool,
    items: list[Item],
    answers: Answers,
    metrics: dict[str, AnyMetric],
) -> dict[str, Any]:
    conditions = {
        condition: {m: _values(metric, items, said) for m, metric in metrics.items()}
        for condition, said in answers.items()
    }
    way: dict[str, Any] = {}
    ears: dict[str, Any] = {}
    for m, metric in metrics.items() if hears else ():
        way[m], ears[m] = _way(metric, conditions), _ears(metric, conditions, items, answers)
    return {
        "name": name,
        "kind": "recorded",
        "file_name": file_name,
        "description": {"seed": 0, "answers": file_name},
        "fingerprint": hashlib.sha256(file_name.encode()).hexdigest(),
        "hears": hears,
        **{"answered": len(items), "failed": 0, "missing": 0, "causes": {}, "empty": 0},
        "conditions": conditions,
        **{"way": way, "ears": ears},
        "topics": _topics(items, answers, metrics),
        "overlap": None,
        "answers": answers,
    }


def _value_of(conditions: Any, condition: str, metric: str, value: str) -> float:
    return float(conditions[condition][metric]["values"][value]["value"])


def _best(metric: AnyMetric, conditions: Any, value: str) -> str:
    return max(CONTROLS, key=lambda c: (_value_of(conditions, c, metric.name, value), c))


def _way(metric: AnyMetric, conditions: Any) -> dict[str, Any]:
    found = {}
    for value, perfect in metric.perfect.items():
        best = _best(metric, conditions, value)
        floor = _value_of(conditions, best, metric.name, value)
        stored = conditions["music"][metric.name]["values"][value]
        shares = {key: share_of_way(stored[key], floor, perfect) for key in stored}
        found[value] = {**shares, "control": best}
    return found


def _ears(
    metric: AnyMetric, conditions: Any, items: list[Item], answers: Answers
) -> dict[str, Any]:
    best = _best(metric, conditions, metric.headline)
    p = _p(metric, items, answers["music"], answers[best])
    return {metric.headline: {"control": best, "p": p, "holm": p}}


def _p(metric: AnyMetric, items: list[Item], one: list[str], other: list[str]) -> float:
    tracks = [item.track for item in items]
    sums = [
        sum_by_track(metric.items(_references(metric, items), said), tracks)
        for said in (one, other)
    ]
    return paired_p_values(metric.reduce, *sums, permutations=PERMUTATIONS)[metric.headline]


def _topics(items: list[Item], answers: Answers, metrics: dict[str, AnyMetric]) -> dict[str, Any]:
    found = {}
    for topic in dict.fromkeys(item.topic for item in items):
        places = [place for place, item in enumerate(items) if item.topic == topic]
        mine = [items[place] for place in places]
        conditions: dict[str, Any] = {}
        for condition in [c for c in ("music", "wrong song") if c in answers]:
            said = [answers[condition][place] for place in places]
            conditions[condition] = {
                m: {metric.headline: _values(metric, mine, said)["values"][metric.headline]}
                for m, metric in metrics.items()
            }
        found[topic] = {"items": len(mine), "tracks": len(mine), "conditions": conditions}
    return found


def _adjust(systems: list[dict[str, Any]]) -> None:
    tests = [t for s in systems for values in s["ears"].values() for t in values.values()]
    known = [test for test in tests if not math.isnan(test["p"])]
    for test, p in zip(known, holm([test["p"] for test in known]), strict=True):
        test["holm"] = p


def _tests(
    items: list[Item], systems: list[dict[str, Any]], metrics: dict[str, AnyMetric], tracks: int
) -> dict[str, Any]:
    pairs = []
    said = [system.pop("answers") for system in systems]
    for one in range(len(systems)):
        for other in range(one):
            for name, metric in metrics.items():
                values = [
                    _value_of(systems[i]["conditions"], "music", name, metric.headline)
                    for i in (one, other)
                ]
                p = _p(metric, items, said[one]["music"], said[other]["music"])
                pairs.append(
                    {
                        **{"one": systems[one]["name"], "other": systems[other]["name"]},
                        **{"metric": name, "value": metric.headline},
                        **{"difference": values[0] - values[1], "p": p},
                    }
                )
    known = [pair for pair in pairs if not math.isnan(pair["p"])]
    for pair, p in zip(known, holm([pair["p"] for pair in known]), strict=True):
        pair["holm"] = p
    method = "paired approximate randomisation over tracks, Holm"
    return {"family": len(known), "method": method, "pairs": known}


def _scores(
    items: list[Item], systems: list[dict[str, Any]], metrics: dict[str, AnyMetric]
) -> dict[str, Any]:
    tables: Tables = {
        name: [{"title": c.title, "metric": c.metric, "value": c.value} for c in columns]
        for name, columns in PROTOCOLS.items()
    }
    tables["attributes"] = [
        {"title": f"{name.capitalize()} F1", "metric": "attributes", "value": f"{name}_f1"}
        for name in ("instruments", "mood", "style")
    ] + [{"title": "Tempo accuracy 1", "metric": "attributes", "value": "tempo_accuracy_1"}]
    titles = ("BLEU", "METEOR", "ROUGE-L", "BERTScore")
    return {
        "format": 1,
        "set": {
            "name": "invented",
            "licence": "CC0-1.0",
            "sources": [["invented.jsonl", "0" * 64]],
            "notes": ["Tracks and answers are invented: this is a test."],
            **{"items": len(items), "tracks": len({i.track for i in items}), "withheld": 0},
            "without_audio": sum(item.file is None for item in items),
        },
        "asking": {
            "protocol": "whole",
            "controls": list(CONTROLS),
            **{"seed": 0, "control_seconds": 30.0, "choice_prompt": "Answer with a letter."},
        },
        "scoring": list(tables),
        "tables": tables,
        "metrics": {
            name: {
                "signature": metric.signature(),
                **{"headline": metric.headline, "direction": metric.direction},
                **{"range": list(metric.range), "perfect": dict(metric.perfect)},
                "needs": [
                    {"what": n.what, "how": n.how, "blocks": n.blocks} for n in metric.needs()
                ],
            }
            for name, metric in metrics.items()
        },
        "systems": systems,
        "published": [
            {
                "system": system,
                "values": dict(zip(titles, row, strict=True)),
                "source": "arXiv 2308.11276",
            }
            for system, row in PUBLISHED
        ],
        "versions": {"mullama": "0.2.0", "python": "3.12.3", "torch": "2.9.0"},
        "command": ["mullama", "evaluate", "run", "recipe with spaces.yaml"],
        **{"resamples": RESAMPLES, "permutations": PERMUTATIONS, "level": 0.95, "warnings": []},
    }
