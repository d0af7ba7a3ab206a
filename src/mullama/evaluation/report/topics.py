"""Scores -> one table for each metric, with a row for each question type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mullama.evaluation.report.figure import Figure
from mullama.evaluation.report.tables import Heading, headline_table
from mullama.evaluation.scoring.figures import REAL


@dataclass(frozen=True)
class TopicCell:
    """A system's headline value on the questions of one type."""

    figure: Figure
    controls: Mapping[str, Figure]


@dataclass(frozen=True)
class TopicRow:
    """A question type."""

    topic: str
    items: int
    tracks: int
    cells: tuple[TopicCell, ...]
    """One for each system."""


@dataclass(frozen=True)
class TopicTable:
    """One metric's headline value."""

    heading: Heading
    systems: tuple[str, ...]
    rows: tuple[TopicRow, ...]


def topic_tables(scores: Mapping[str, Any]) -> list[TopicTable]:
    """Tables of the metrics that have values of question types; the most frequent type first."""
    systems = scores["systems"]
    found: dict[str, Mapping[str, Any]] = {}
    for system in systems:
        for topic, about in system.get("topics", {}).items():
            found.setdefault(topic, about)
    order = sorted(found, key=lambda topic: (-found[topic]["items"], topic))
    made = []
    for heading in headline_table(scores).headings:
        rows = tuple(_row(systems, topic, found[topic], heading) for topic in order)
        shown = tuple(row for row in rows if any(cell.figure.known for cell in row.cells))
        if shown:
            made.append(TopicTable(heading, tuple(s["name"] for s in systems), shown))
    return made


def _row(systems: Any, topic: str, about: Mapping[str, Any], heading: Heading) -> TopicRow:
    cells = tuple(_cell(system.get("topics", {}).get(topic, {}), heading) for system in systems)
    return TopicRow(topic, about["items"], about["tracks"], cells)


def _cell(about: Mapping[str, Any], heading: Heading) -> TopicCell:
    figures = {
        name: Figure.of(metrics.get(heading.metric, {}).get(heading.value))
        for name, metrics in about.get("conditions", {}).items()
    }
    music = figures.pop(REAL, Figure())
    return TopicCell(music, {name: figure for name, figure in figures.items() if figure.known})
