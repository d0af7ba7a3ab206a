"""One column of a table -> the geometry of a small dot plot; its template draws it.

Each system has a line: its controls as open marks, its value as a dot with its interval, and a band
from the best control to the dot. What the band spans, ears brought. Quoted values are diamonds.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from mullama.evaluation.report.figure import Figure, number, shown_name
from mullama.evaluation.report.tables import Row, Table
from mullama.evaluation.report.verdict import Verdict

WIDTH, MARGIN = 300.0, 12.0
TOP, LINE, AXIS = 2.0, 48.0, 22.0
"""Heights: above the first line, of a line, and below the last one."""
NAME_CHARACTERS = 38
MARKS = {"wrong-song": "cross", "silence": "circle", "noise": "triangle", "no-audio": "square"}
"""Control -> its mark; one of another name is a bar."""
STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Mark:
    """A control's place, or a quoted value's."""

    shape: str
    x: float
    label: str
    best: bool = False


@dataclass(frozen=True)
class PlotLine:
    """One system."""

    name: str
    y: float
    """Of its dot; its name stands above."""
    marks: tuple[Mark, ...]
    dot: float | None
    whisker: tuple[float, float] | None
    band: tuple[float, float] | None
    """From the best control to the dot, left to right."""
    verdict: Verdict
    label: str
    """What the line shows, in words."""


@dataclass(frozen=True)
class Tick:
    """One number of the axis."""

    x: float
    label: str


@dataclass(frozen=True)
class Plot:
    """One column."""

    title: str
    lines: tuple[PlotLine, ...]
    ticks: tuple[Tick, ...]
    height: float
    width: float = WIDTH

    @property
    def bottom(self) -> float:
        """Where the axis is."""
        return self.height - AXIS


class Scale:
    """A linear axis with round numbers at its ends."""

    def __init__(self, values: Iterable[float]) -> None:
        known = list(values)
        low, high = min(known), max(known)
        self.step = _step((high - low) or max(abs(high), 0.1))
        self.low = math.floor(low / self.step) * self.step
        self.high = max(math.ceil(high / self.step), self.low / self.step + 1) * self.step

    def __call__(self, value: float) -> float:
        """Where a value is, from left."""
        share = (value - self.low) / (self.high - self.low)
        return round(MARGIN + share * (WIDTH - 2 * MARGIN), 2)

    def ticks(self) -> tuple[Tick, ...]:
        """Every number of the axis."""
        count = round((self.high - self.low) / self.step)
        values = [self.low + n * self.step for n in range(count + 1)]
        digits = max(0, math.ceil(-math.log10(self.step) - 1e-9) + (self.step in _QUARTERS))
        return tuple(Tick(self(value), number(value, digits)) for value in values)


def plots(table: Table) -> list[Plot]:
    """A plot for each column that has values."""
    found = [_plot(table, column) for column in range(len(table.headings))]
    return [plot for plot in found if plot is not None]


def _plot(table: Table, column: int) -> Plot | None:
    figures = [figure for row in table.rows for figure in _figures(row, column)]
    figures += [row.values[column] for row in table.quoted]
    values = [
        v for figure in figures for v in (figure.value, figure.low, figure.high) if v is not None
    ]
    if not any(row.cells[column].figure.known for row in table.rows):
        return None
    scale = Scale(values)
    lines = [_line(row, column, scale, place) for place, row in enumerate(table.rows)]
    quoted = [(row.system, row.values[column].value) for row in table.quoted]
    for system, value in quoted:
        if value is not None:
            y = _y(len(lines))
            mark = Mark("diamond", scale(value), f"quoted {number(value)}")
            name = _short(f"{system}, quoted")
            lines.append(PlotLine(name, y, (mark,), None, None, None, Verdict.NONE, mark.label))
    height = TOP + LINE * len(lines) + AXIS
    return Plot(table.headings[column].title, tuple(lines), scale.ticks(), height)


def _line(row: Row, column: int, scale: Scale, place: int) -> PlotLine:
    cell = row.cells[column]
    marks = tuple(
        Mark(
            MARKS.get(name, "bar"),
            scale(f.value),
            f"{shown_name(name)} {f}",
            best=name == cell.best,
        )
        for name, f in cell.controls.items()
        if f.value is not None
    )
    dot = None if cell.figure.value is None else scale(cell.figure.value)
    best = next((mark.x for mark in marks if mark.best), None)
    band = None if dot is None or best is None else (min(dot, best), max(dot, best))
    low, high = cell.figure.low, cell.figure.high
    whisker = None if low is None or high is None else (scale(low), scale(high))
    said = [f"{row.system}: {cell.figure}", *(mark.label for mark in marks), cell.verdict.value]
    label = ", ".join(filter(None, said))
    return PlotLine(_short(row.system), _y(place), marks, dot, whisker, band, cell.verdict, label)


def _figures(row: Row, column: int) -> list[Figure]:
    return [row.cells[column].figure, *row.cells[column].controls.values()]


def _y(place: int) -> float:
    return TOP + LINE * place + 24


def _short(name: str) -> str:
    return name if len(name) <= NAME_CHARACTERS else f"{name[: NAME_CHARACTERS - 1]}…"


def _step(span: float) -> float:
    """A round number, of which two to five make the span."""
    unit = 10.0 ** math.floor(math.log10(span / 5))
    return next(step * unit for step in STEPS if step * unit * 5 >= span)


_QUARTERS = tuple(2.5 * 10.0**power for power in range(-12, 12))
