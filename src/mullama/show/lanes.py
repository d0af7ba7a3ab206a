"""What was said of each part -> lanes to draw: one value of a topic over the song, with its probability.

A part of which the model would rather say something else (that it hears no music, say) has none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mullama.show.answers import Answered
from mullama.show.parts import Part
from mullama.show.show_options import TOPICS, Topic

MAX_LANES = 6
"""Of a topic; of instruments `MAX_INSTRUMENTS`."""
MAX_INSTRUMENTS = 12
LIKELY = 0.5


@dataclass(frozen=True)
class Cell:
    """One part of a lane."""

    start: float
    end: float
    probability: float
    text: str = ""
    """What stands in it, where the lane's name does not say it."""


@dataclass(frozen=True)
class Lane:
    """One value over time."""

    name: str
    cells: tuple[Cell, ...]

    @property
    def summary(self) -> str:
        """Where it is likely, for who does not see it."""
        stretches = ", ".join(
            f"{clock(start)} to {clock(end)}{text and f' ({text})'}"
            for start, end, text in _likely(self.cells)
        )
        return f"{self.name}: {stretches or 'never likely'}"


@dataclass(frozen=True)
class Band:
    """The lanes of one topic."""

    topic: Topic
    lanes: tuple[Lane, ...]

    @property
    def summary(self) -> str:
        """All of it in words."""
        return f"{self.topic} over time. " + "; ".join(lane.summary for lane in self.lanes)


def bands(parts: Sequence[Part]) -> tuple[Band, ...]:
    """A band for each topic that was asked about."""
    found = []
    for topic in TOPICS:
        rows = [[one for one in part.answers if one.topic == topic] for part in parts]
        if rows and rows[0] and (lanes := tuple(_lanes(topic, parts, rows))):
            found.append(Band(topic, lanes))
    return tuple(found)


def clock(seconds: float) -> str:
    """1:05."""
    whole = round(seconds)
    minutes, hours = whole // 60, whole // 3600
    if hours:
        return f"{hours}:{minutes % 60:02}:{whole % 60:02}"
    return f"{minutes}:{whole % 60:02}"


def _lanes(
    topic: Topic, parts: Sequence[Part], rows: Sequence[Sequence[Answered]]
) -> Iterator[Lane]:
    firsts = [row[0] for row in rows]
    if topic == "tempo":
        shares = [(0.0, "") if one.doubtful else (one.near, one.best) for one in firsts]
        yield _lane("BPM", parts, shares)
    elif topic == "drums":
        yield _lane("drums", parts, [(one.yes, "") for one in firsts])
    elif topic == "instruments":
        for place in _instruments(rows):
            yield _lane(rows[0][place].name, parts, [(row[place].yes, "") for row in rows])
    else:
        for value in _values(firsts):
            shares = [
                (0.0 if one.doubtful else one.choice.probabilities[value], "") for one in firsts
            ]
            yield _lane(value, parts, shares)


def _lane(name: str, parts: Sequence[Part], shares: Sequence[tuple[float, str]]) -> Lane:
    pairs = zip(parts, shares, strict=True)
    return Lane(name, tuple(Cell(*part.drawn, share, text) for part, (share, text) in pairs))


def _values(answers: Sequence[Answered]) -> list[str]:
    """Those that are the answer about some part, the commonest ones, in the order of their coming."""
    best = [one.best for one in answers if not one.doubtful]
    common = sorted(dict.fromkeys(best), key=lambda value: -best.count(value))[:MAX_LANES]
    return sorted(common, key=best.index)


def _instruments(rows: Sequence[Sequence[Answered]]) -> list[int]:
    """The places of those that are likely somewhere, the likeliest ones, in listing order."""
    peaks = [max(row[place].yes for row in rows) for place in range(len(rows[0]))]
    likely = [place for place, peak in enumerate(peaks) if peak >= LIKELY]
    shown = likely or [peaks.index(max(peaks))]
    return sorted(sorted(shown, key=lambda place: -peaks[place])[:MAX_INSTRUMENTS])


def _likely(cells: Sequence[Cell]) -> Iterator[tuple[float, float, str]]:
    """Stretches of neighbouring cells that are likely and say the same."""
    start = end = 0.0
    text: str | None = None
    for cell in cells:
        now = cell.text if cell.probability >= LIKELY else None
        if now != text:
            if text is not None:
                yield start, end, text
            start, text = cell.start, now
        end = cell.end
    if text is not None:
        yield start, end, text
