"""Scores -> the tables of a report: each value with its controls, and how much of it needed ears.

A control is the same system with another sound. What it reaches needs no ears; the share of the way
from the best control to a perfect score does. Knows no format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mullama.evaluation.metrics.protocols import AS_PUBLISHED, STANDARD
from mullama.evaluation.report.figure import Figure
from mullama.evaluation.report.verdict import Verdict, verdict
from mullama.evaluation.scoring.figures import REAL, scored_items

Scores = Mapping[str, Any]

TITLES = {
    AS_PUBLISHED: "The published table's protocol",
    STANDARD: "Standard scores",
    "attributes": "What was heard, attribute by attribute",
    "choices": "Multiple choice",
}
"""Name of a table in `scores.json` -> its heading; another name is its own."""
EXPLANATIONS = {
    AS_PUBLISHED: "BLEU counts characters, ROUGE-L and BERTScore are recalls, as in the published"
    " MusicQA tables. Compare these with such tables alone.",
    STANDARD: "Words as the field counts them. Signatures of every metric stand at the end.",
    "attributes": "Read from open answers. An attribute counts on the n items whose reference names it.",
    "choices": "An answer that cannot be read is wrong; its share is reported.",
}

FULL_TITLES = {
    "character-bleu": "{} of characters",
    "attributes": "Attributes: {}",
    "choices": "Choices: {}",
    "choice-likelihoods": "Choices: {}",
}
"""Metric -> how its titles read outside its table."""


@dataclass(frozen=True)
class Heading:
    """One column."""

    title: str
    metric: str
    value: str
    off: bool = False
    """Whether the metric could not be computed."""
    lower_is_better: bool = False

    @property
    def arrow(self) -> str:
        """A sign at what is better low; higher is what a reader expects."""
        return " ↓" if self.lower_is_better else ""


@dataclass(frozen=True)
class Cell:
    """One value of one system."""

    figure: Figure
    counted_on: int | None
    """Items that this value counts on; None where those are all that the metric scored."""
    controls: Mapping[str, Figure]
    """Control -> the same value under it, in the order in which they were asked."""
    way: Figure
    """Share of the way from the best control to a perfect score."""
    best: str
    """The best control; empty where none was asked."""
    p: float | None
    """Of the paired test against the best control; None for values without a test."""
    holm: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Row:
    """One system."""

    system: str
    hears: bool
    deaf: bool
    items: int
    """Questions whose answers were scored, by the metric with the most."""
    of: int
    """By the system with the most."""
    controls: tuple[str, ...]
    """Which it was asked under."""
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class QuotedRow:
    """A row of somebody else's table."""

    system: str
    source: str
    values: tuple[Figure, ...]
    """In the order of the headings."""


@dataclass(frozen=True)
class Table:
    """One table."""

    name: str
    headings: tuple[Heading, ...]
    rows: tuple[Row, ...]
    quoted: tuple[QuotedRow, ...] = ()

    def split(self) -> "tuple[Table, Table | None]":
        """The columns that are read first, and precisions and recalls of which there is an F1."""
        titles = {heading.title for heading in self.headings}
        parts = [
            place
            for place, heading in enumerate(self.headings)
            if heading.title[-2:] in (" P", " R") and f"{heading.title[:-2]} F1" in titles
        ]
        if not parts:
            return self, None
        rest = [place for place in range(len(self.headings)) if place not in parts]
        return self.of(rest), replace(self.of(parts), quoted=())

    def of(self, places: Sequence[int]) -> "Table":
        """Some columns of it."""
        return Table(
            self.name,
            tuple(self.headings[place] for place in places),
            tuple(replace(r, cells=tuple(r.cells[p] for p in places)) for r in self.rows),
            tuple(replace(q, values=tuple(q.values[p] for p in places)) for q in self.quoted),
        )

    @property
    def title(self) -> str:
        """Its heading."""
        return TITLES.get(self.name, self.name)

    @property
    def explanation(self) -> str:
        """One or two sentences; empty for a table that is not ours."""
        return EXPLANATIONS.get(self.name, "")


def tables(scores: Scores) -> list[Table]:
    """Every table that was scored, in order."""
    return [_table(scores, name) for name in scores["scoring"]]


def headline_table(scores: Scores) -> Table:
    """One column for each metric that was computed and has a perfect score: its headline value."""
    headings = []
    for metric, about in scores["metrics"].items():
        value = about["headline"]
        heading = _heading(scores, title_of(scores, metric, value), metric, value)
        if not heading.off and value in about["perfect"]:
            headings.append(heading)
    return Table("headlines", tuple(headings), _rows(scores, headings))


def alpha(scores: Scores) -> float:
    """The level of a test that goes with the level of the intervals."""
    return round(1 - float(scores["level"]), 6)


def cell(scores: Scores, system: Scores, metric: str, value: str) -> Cell:
    """One value of a system with its controls."""
    conditions = system["conditions"]
    controls = {
        name: _condition(conditions, name, metric, value)
        for name in scores["asking"]["controls"]
        if name in conditions
    }
    way = system.get("way", {}).get(metric, {}).get(value) or {}
    test = system.get("ears", {}).get(metric, {}).get(value) or {}
    share = Figure.of(way)
    return Cell(
        figure=_condition(conditions, REAL, metric, value),
        counted_on=_counted_on(conditions, metric, value),
        controls={name: figure for name, figure in controls.items() if figure.known},
        way=share,
        best=str(way.get("control") or test.get("control") or ""),
        p=test.get("p"),
        holm=test.get("holm"),
        verdict=verdict(
            share,
            test.get("holm"),
            alpha(scores),
            tracks=system["compared"].get(metric, {}).get("tracks", 0),
            controls=len(controls),
        ),
    )


def title_of(scores: Scores, metric: str, value: str) -> str:
    """What a value is called where its table is not told."""
    titles = [
        column["title"]
        for name in scores["scoring"]
        for column in scores["tables"][name]
        if (column["metric"], column["value"]) == (metric, value)
    ]
    # The same name in two tables is of two metrics, and the same value may have two names.
    title = titles[-1] if titles else f"{metric} {value}"
    return FULL_TITLES.get(metric, "{}").format(title)


def _table(scores: Scores, name: str) -> Table:
    columns = scores["tables"][name]
    headings = [_heading(scores, c["title"], c["metric"], c["value"]) for c in columns]
    published = scores["published"] if name == AS_PUBLISHED else ()
    quoted = tuple(_quoted(row, headings) for row in published)
    return _without_empty_columns(Table(name, tuple(headings), _rows(scores, headings), quoted))


def _quoted(row: Scores, headings: Sequence[Heading]) -> QuotedRow:
    values = tuple(Figure.of({"value": row["values"].get(h.title)}) for h in headings)
    return QuotedRow(row["system"], row["source"], values)


def _without_empty_columns(table: Table) -> Table:
    """Columns of what no reference names are left out; those of a metric that is off are shown."""
    filled = [
        place
        for place, heading in enumerate(table.headings)
        if heading.off or any(row.cells[place].figure.known for row in table.rows)
    ]
    return table.of(filled)


def _heading(scores: Scores, title: str, metric: str, value: str) -> Heading:
    about = scores["metrics"][metric]
    off = any(need["blocks"] for need in about["needs"])
    return Heading(title, metric, value, off, about["direction"] == "lower")


def _rows(scores: Scores, headings: Sequence[Heading]) -> tuple[Row, ...]:
    rows = []
    counts = [scored_items(system) for system in scores["systems"]]
    for system, items in zip(scores["systems"], counts, strict=True):
        cells = tuple(cell(scores, system, h.metric, h.value) for h in headings)
        asked = tuple(n for n in scores["asking"]["controls"] if n in system["conditions"])
        heard = system["hears"], system["deaf"]
        rows.append(Row(system["name"], *heard, items, max(counts), asked, cells))
    return tuple(rows)


def _counted_on(conditions: Scores, metric: str, value: str) -> int | None:
    """What the metric tells as the items of the attribute that a value is of."""
    values = conditions.get(REAL, {}).get(metric, {}).get("values", {})
    for name, stored in values.items():
        if name.endswith("_items") and value.startswith(name.removesuffix("items")):
            count = Figure.of(stored).value
            return None if count is None else round(count)
    return None


def _condition(conditions: Scores, name: str, metric: str, value: str) -> Figure:
    return Figure.of(conditions.get(name, {}).get(metric, {}).get("values", {}).get(value))
