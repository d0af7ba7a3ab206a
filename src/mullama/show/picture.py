"""A song's view as a PNG or SVG picture: what the page shows, on one sheet."""

import textwrap
import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from mullama.evaluation.report.visible import visible
from mullama.show import axes
from mullama.show.colours import MAPS, OKABE_ITO
from mullama.show.page import percent, texts
from mullama.show.show_options import Topic
from mullama.show.sights import Sight
from mullama.show.view import View

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

WIDTH, DPI = 12.5, 110
LINE = 0.27
"""Inches of a lane or a bar."""
HEIGHTS = {"waveform": 0.8, "spectrogram": 1.75, "tempogram": 1.25, "chroma": 1.6}
HEADER = 1.3
CAPTION_CHARACTERS = 170
SALT: Any = {"svg.hashsalt": "mullama"}


@dataclass(frozen=True)
class Ink:
    """The colours of a sheet."""

    paper: str
    text: str
    soft: str
    rest: str
    wave: str


INKS = {
    "light": Ink("#fdfdfb", "#1d1f23", "#5a5e66", "#dcdcd4", "#40506a"),
    "dark": Ink("#14161a", "#e7e8ea", "#a5abb5", "#343942", "#9fb2cf"),
}


def draw(view: View, kind: str, theme: Literal["light", "dark"]) -> bytes:
    """The file's content; the same view gives the same bytes."""
    from matplotlib import rc_context

    out = BytesIO()
    with warnings.catch_warnings(), rc_context(SALT):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # of a script without a font
        figure = _sheet(view, INKS[theme])
        figure.savefig(
            out,
            format=kind,
            dpi=DPI,
            facecolor=INKS[theme].paper,
            metadata={"Date": None} if kind == "svg" else {},
        )
    return out.getvalue()


def _sheet(view: View, ink: Ink) -> "Figure":
    from matplotlib.figure import Figure

    heights = [*HEIGHTS.values(), *(LINE * max(2, len(band.lanes)) for band in view.bands)]
    figure = Figure(figsize=(WIDTH, HEADER + sum(heights) + 0.36 * len(heights)))
    sheets: Any = figure.subfigures(2, 1, height_ratios=[HEADER, figure.get_figheight() - HEADER])
    _write_header(sheets[0], view, ink)
    left, right = sheets[1].subfigures(1, 2, width_ratios=[7.2, 2.8])
    panels = left.subplots(
        len(heights),
        sharex=True,
        squeeze=False,
        gridspec_kw={"height_ratios": heights, "hspace": 0.34},
    )[:, 0]
    left.subplots_adjust(left=0.135, right=0.985, top=0.97, bottom=0.05)
    _draw_wave(panels[0], view.sights.waveform, ink)
    _draw_images(panels[1:4], view, ink)
    for panel, band in zip(panels[4:], view.bands, strict=True):
        _draw_band(panel, band, ink)
    _draw_time(panels, view, ink)
    panel = right.subplots()
    right.subplots_adjust(left=0.42, right=0.84, top=0.97, bottom=0.05)
    _draw_answers(panel, view, ink, figure.get_figheight() - HEADER)
    return figure


def _write_header(header: "SubFigure", view: View, ink: Ink) -> None:
    left = 0.02
    facts = f"{view.length} long, heard by {view.model}; probabilities are {view.trust}"
    _text(header, left, 0.68, textwrap.shorten(visible(view.name), 90), ink.text, 17, weight="bold")
    _text(header, left, 0.46, facts, ink.soft, 9)
    said = textwrap.wrap(visible(view.long), CAPTION_CHARACTERS)[:2]
    _text(header, left, 0.33, "\n".join(said), ink.text, 10.5, va="top")


def _text(place: Any, x: float, y: float, text: str, colour: str, size: float, **more: Any) -> None:
    place.text(x, y, text, color=colour, fontsize=size, parse_math=False, **more)


def _draw_wave(panel: "Axes", sight: Sight, ink: Ink) -> None:
    count = len(sight.values)
    places = [(number + 0.5) * sight.seconds / count for number in range(count)]
    panel.fill_between(places, *sight.values.T, color=ink.wave, linewidth=0.4)
    panel.set_ylim(-1, 1)
    panel.set_yticks([])
    _title(panel, "Waveform", ink)


def _draw_images(panels: Any, view: View, ink: Ink) -> None:
    key = view.certain("key")
    ticks = {
        "spectrogram": ("Spectrogram, Hz", axes.pitch_ticks()),
        "tempogram": ("Tempogram, beats a minute", axes.tempo_ticks()),
        "chroma": ("Chroma", axes.class_ticks(key.best if key else None)),
    }
    for panel, (kind, (title, marks)) in zip(panels, ticks.items(), strict=True):
        sight: Sight = getattr(view.sights, kind)
        panel.imshow(
            sight.values.T,
            cmap=MAPS[kind],
            origin="lower",
            aspect="auto",
            extent=(0, sight.seconds, 0, 1),
            vmin=0,
            vmax=1,
        )
        panel.set_yticks([mark.at for mark in marks], [mark.text for mark in marks])
        for label, mark in zip(panel.get_yticklabels(), marks, strict=True):
            label.set_fontweight("bold" if mark.strong else "normal")
            label.set_fontsize(7 if kind == "chroma" else 8)
        _title(panel, title, ink)
    for cell in view.tempos:
        place = axes.tempo_place(int(cell.text))
        for colour, width in (("#d55e00", 3.4), ("white", 1.4)):
            panels[1].hlines(
                place, cell.start, cell.end, colour, linewidth=width, alpha=cell.probability
            )


def _draw_band(panel: "Axes", band: Any, ink: Ink) -> None:
    colour = OKABE_ITO[band.topic]
    for row, lane in enumerate(band.lanes):
        for cell in lane.cells:
            panel.barh(
                -row,
                cell.end - cell.start,
                left=cell.start,
                height=0.84,
                color=colour,
                alpha=cell.probability,
                linewidth=0,
            )
    if band.topic == "tempo":
        for start, cell in texts(band, band.lanes[0], band.lanes[0].cells[-1].end):
            _text(panel, start, 0, f" {cell.text}", ink.text, 8, va="center")
    panel.set_yticks([-row for row in range(len(band.lanes))], [lane.name for lane in band.lanes])
    panel.set_ylim(0.5 - len(band.lanes), 0.5)
    _title(panel, band.topic.capitalize(), ink)


def _draw_time(panels: Any, view: View, ink: Ink) -> None:
    ticks = axes.time_ticks(view.sights.seconds)
    for panel in panels:
        panel.set_xlim(0, view.sights.seconds)
        panel.set_xticks(
            [tick.at * view.sights.seconds for tick in ticks], [tick.text for tick in ticks]
        )
        _plain(panel, ink)
    panels[-1].tick_params(axis="x", length=3)


def _draw_answers(panel: "Axes", view: View, ink: Ink, inches: float) -> None:
    rows: list[tuple[str, float, Topic]] = [
        (f"{one.topic}: {one.best}", one.near, one.topic) for one in view.single
    ]
    room = max(0, int(inches / LINE) - len(rows) - 1)
    rows += [(one.name, one.yes, one.topic) for one in view.instruments[:room]]
    for row, (_, probability, topic) in enumerate(rows):
        panel.barh(-row, 1, height=0.5, color=ink.rest, linewidth=0)
        panel.barh(-row, probability, height=0.5, color=OKABE_ITO[topic], linewidth=0)
        _text(panel, 1.04, -row, percent(probability), ink.soft, 8.5, va="center")
    panel.set_yticks([-row for row in range(len(rows))], [name for name, _, _ in rows])
    panel.set_ylim(0.5 - max(len(rows), inches / LINE), 0.5)
    panel.set_xlim(0, 1)
    panel.set_xticks([])
    _title(panel, "Answers", ink)
    _plain(panel, ink)


def _title(panel: "Axes", text: str, ink: Ink) -> None:
    panel.set_title(text, loc="left", fontsize=9, fontweight="bold", color=ink.text, pad=4)


def _plain(panel: "Axes", ink: Ink) -> None:
    """No frame, quiet ticks."""
    panel.set_facecolor(ink.paper)
    panel.spines[:].set_visible(False)
    panel.tick_params(length=0, labelsize=None, colors=ink.soft)
    for label in (*panel.get_yticklabels(), *panel.get_xticklabels()):
        label.set_color(ink.soft)
        label.set_parse_math(False)
        label.set_fontsize(min(float(label.get_fontsize()), 8.5))
