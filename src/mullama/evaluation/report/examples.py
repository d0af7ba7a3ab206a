"""Which items a report shows, and what every system answered to them.

Nobody picks: of each question type the item that was answered best, the median one and the worst,
by the mean over the systems that hear of one metric's score of each item. Ties go by the item's id.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mullama.evaluation.asking.answers import AnswerRecord
from mullama.evaluation.asking.controls import MUSIC, Control
from mullama.evaluation.items import Item
from mullama.evaluation.report.player import Player, player
from mullama.evaluation.report.scored_folder import Scored
from mullama.evaluation.report.tables import headline_table, title_of
from mullama.evaluation.scoring.figures import REAL

MAX_TOPICS = 12
"""The most frequent question types; a set may have hundreds."""
WRONG_SONG: Control = "wrong-song"


@dataclass(frozen=True)
class ExampleAnswer:
    """What one system said."""

    system: str
    text: str
    failed: str
    """Why there is no answer; empty where there is one."""
    score: float | None
    wrong_song: str | None
    """Its answer when it heard another track; None where it was not asked so."""
    wrong_song_score: float | None


@dataclass(frozen=True)
class Example:
    """One item."""

    item: Item
    rank: str
    """How well it was answered among the items of its type: best, median or worst; or the only one."""
    score: float
    answers: tuple[ExampleAnswer, ...]
    player: Player


@dataclass(frozen=True)
class Examples:
    """The items shown, by question type."""

    metric: str
    """By whose score they were chosen; empty where no item has a score."""
    title: str
    """What tables call that score."""
    topics: Mapping[str, tuple[Example, ...]]
    left_out: int
    """Question types that are not shown."""


def choose_examples(scored: Scored, *, embed_bytes: int = 0) -> Examples:
    """The examples of an evaluation, with what was answered; `embed_bytes` as in `player`."""
    metric, value = _metric(scored)
    if not metric:
        return Examples("", "", {}, 0)
    item_scores = {s["name"]: _item_scores(scored, s, metric, value) for s in scored.systems()}
    lower = scored.scores["metrics"][metric]["direction"] == "lower"
    order = _ranked(scored, item_scores, lower=lower)
    chosen = {topic: _extremes(ranked) for topic, ranked in order.items()}
    shown = sorted(chosen, key=lambda topic: (-len(order[topic]), topic))[:MAX_TOPICS]
    wanted = {item.id for topic in shown for _, item, _ in chosen[topic]}
    answers = {s["name"]: _answers(scored, s, wanted) for s in scored.systems()}

    def example(rank: str, item: Item, score: float) -> Example:
        said = tuple(_said(name, item.id, answers[name], item_scores[name]) for name in answers)
        return Example(item, rank, score, said, player(scored.folder.path, item, embed_bytes))

    topics = {topic: tuple(example(*one) for one in chosen[topic]) for topic in shown}
    return Examples(
        metric, title_of(scored.scores, metric, value), topics, len(chosen) - len(shown)
    )


Scores = Mapping[tuple[str, str], float]
"""(item, condition) -> the chosen metric's value."""
Ranked = Sequence[tuple[float, Item]]


def _metric(scored: Scored) -> tuple[str, str]:
    """ROUGE-L, which each item has by itself; else the first metric of which items have scores."""
    names = [heading.metric for heading in headline_table(scored.scores).headings]
    preferred = sorted(names, key=lambda name: name != "rouge-l")
    known: set[str] = set()
    for system in scored.systems():
        known.update(*(line.keys() for line in scored.item_scores(system)))
    metric = next((name for name in preferred if name in known), "")
    return metric, scored.scores["metrics"][metric]["headline"] if metric else ""


def _item_scores(scored: Scored, system: Mapping[str, Any], metric: str, value: str) -> Scores:
    found = {}
    for line in scored.item_scores(system):
        score = line.get(metric, {}).get(value)
        if score is not None:
            condition = line["condition"]
            found[line["item"], MUSIC if condition == REAL else condition] = float(score)
    return found


def _ranked(
    scored: Scored, item_scores: Mapping[str, Scores], *, lower: bool
) -> dict[str, list[tuple[float, Item]]]:
    """Question type -> its items with their scores, the best first."""
    hearing = [s["name"] for s in scored.systems() if s["hears"]] or list(item_scores)
    by_topic: dict[str, list[tuple[float, Item]]] = defaultdict(list)
    for item in scored.items:
        found = [item_scores[name].get((item.id, MUSIC)) for name in hearing]
        known = [score for score in found if score is not None]
        if known:
            by_topic[item.topic].append((sum(known) / len(known), item))
    sign = 1 if lower else -1
    for ranked in by_topic.values():
        ranked.sort(key=lambda one: (sign * one[0], one[1].id))
    return dict(by_topic)


def _extremes(ranked: Ranked) -> list[tuple[str, Item, float]]:
    """The first, the middle one and the last; fewer where there are fewer."""
    places = {0: "best", len(ranked) // 2: "median", len(ranked) - 1: "worst"}
    if len(ranked) == 1:
        places = {0: "only one"}
    return [(rank, ranked[place][1], ranked[place][0]) for place, rank in places.items()]


Said = Mapping[tuple[str, str], AnswerRecord]
"""(item, condition) -> the last record."""


def _answers(scored: Scored, system: Mapping[str, Any], wanted: Container[str]) -> Said:
    return {
        (record.item, record.condition): record
        for record in scored.answers(system)
        if record.item in wanted and record.condition in (MUSIC, WRONG_SONG)
    }


def _said(system: str, item: str, answers: Said, scores: Scores) -> ExampleAnswer:
    told, wrong = answers.get((item, MUSIC)), answers.get((item, WRONG_SONG))
    return ExampleAnswer(
        system,
        text=told.answer if told else "",
        failed=told.failed if told else "it was not answered",
        score=scores.get((item, MUSIC)),
        wrong_song=None if wrong is None or wrong.failed else wrong.answer,
        wrong_song_score=scores.get((item, WRONG_SONG)),
    )
