"""A song's view as one HTML file that asks nothing of any network."""

import base64
from collections.abc import Iterator

from mullama import __version__
from mullama.evaluation.counted import counted
from mullama.evaluation.report.one_file import content_policy, page_environment, source, style_of
from mullama.show import axes
from mullama.show.answers import Answered
from mullama.show.colours import MAPS, OKABE_ITO, png
from mullama.show.lanes import Band, Cell, Lane, clock
from mullama.show.sights import Sight
from mullama.show.view import View

BARS = 5
"""Choices that a card shows of those that there are."""
WAVE_HEIGHT = 1000
"""Units of the waveform's drawing, from silence to full scale."""
MIN_TEXT = 0.08
"""Share of the song's length in which there is room for a cell's text."""


def page(view: View) -> str:
    """The HTML."""
    environment = page_environment("mullama.show")
    style, script = style_of(environment), source(environment, "behaviour.js")
    environment.filters |= {"counted": counted, "clock": clock, "percent": percent, "share": share}
    return environment.get_template("page.html.jinja").render(
        view=view,
        version=__version__,
        axes=axes,
        colours=OKABE_ITO,
        picture=picture,
        wave=wave(view.sights.waveform),
        bars=bars,
        texts=texts,
        curve=curve,
        style=style,
        script=script,
        policy=content_policy(style, script, "img-src data:", "media-src data:"),
    )


def percent(probability: float) -> str:
    """Without decimals; what is not certain is not called so."""
    if 0.995 <= probability < 1:
        return "> 99 %"
    return "< 1 %" if 0 < probability < 0.005 else f"{100 * probability:.0f} %"


def share(part: float, of: float = 1.0) -> str:
    """A place as SVG takes it."""
    return f"{100 * part / of:.3f}%"


def picture(sight: Sight, kind: str) -> str:
    """A picture of values as a `data:` address."""
    data = base64.b64encode(png(sight.values, MAPS[kind])).decode()
    return f"data:image/png;base64,{data}"


def wave(sight: Sight) -> str:
    """The path around the waveform: a unit a column, `WAVE_HEIGHT` up and down."""
    levels = [[-round(WAVE_HEIGHT * float(v)) for v in column] for column in sight.values]
    above = [f"{place} {high}" for place, (_, high) in enumerate(levels)]
    below = [f"{place} {low}" for place, (low, _) in enumerate(levels)]
    end = len(levels)
    around = [*above, f"{end} {levels[-1][1]}", f"{end} {levels[-1][0]}", *reversed(below)]
    return f"M{'L'.join(around)}Z"


def bars(answered: Answered) -> list[tuple[str, float]]:
    """The most probable choices."""
    found = answered.choice.probabilities.items()
    return sorted(found, key=lambda pair: -pair[1])[:BARS]


def curve(answered: Answered) -> str:
    """The path of the probabilities of tempos, 1 wide and high, above its base."""
    shares = list(answered.choice.probabilities.values())
    top = max(shares)
    points = [f"{n / (len(shares) - 1):.4f} {1 - p / top:.4f}" for n, p in enumerate(shares)]
    return f"M0 1L{'L'.join(points)}L1 1Z"


def texts(band: Band, lane: Lane, seconds: float) -> Iterator[tuple[float, Cell]]:
    """Where a cell's text begins, and the cell: once for neighbours that say the same."""
    start, cells = 0, lane.cells
    if band.topic != "tempo":
        return
    for place in range(1, len(cells) + 1):
        if place == len(cells) or cells[place].text != cells[start].text:
            if (
                cells[start].text
                and cells[place - 1].end - cells[start].start >= MIN_TEXT * seconds
            ):
                yield cells[start].start, cells[start]
            start = place
