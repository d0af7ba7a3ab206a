"""A song and a model -> everything that a page or a picture shows of it."""

import base64
import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mullama.catalogue.describe import GREEDY
from mullama.show.answers import Answered, ask
from mullama.show.lanes import Band, Cell, bands, clock
from mullama.show.parts import Part, parts
from mullama.show.show_options import ShowOptions
from mullama.show.sights import Sights, look
from mullama.song import MuLlama

EMBEDDED_BYTES = 16 << 20


@dataclass(frozen=True)
class View:
    """The contents, in the order in which they are shown."""

    name: str
    short: str
    long: str
    sights: Sights
    answers: tuple[Answered, ...]
    parts: tuple[Part, ...]
    model: str
    warnings: tuple[str, ...]
    audio: str = ""
    """The song as a `data:` address; empty where the page does not play it."""

    @cached_property
    def bands(self) -> tuple[Band, ...]:
        """What the parts say, to be drawn."""
        return bands(self.parts)

    @cached_property
    def single(self) -> tuple[Answered, ...]:
        """The answers with one question a topic."""
        return tuple(one for one in self.answers if one.topic != "instruments")

    @cached_property
    def instruments(self) -> tuple[Answered, ...]:
        """Those that were asked after, the most probable first."""
        found = (one for one in self.answers if one.topic == "instruments")
        return tuple(sorted(found, key=lambda one: -one.yes))

    @cached_property
    def trust(self) -> str:
        """Whether the probabilities are to be believed."""
        calibrated = [one.choice.calibrated for one in self.answers]
        if all(calibrated):
            return "calibrated"
        if any(calibrated):
            plain = dict.fromkeys(one.topic for one in self.answers if not one.choice.calibrated)
            return f"calibrated but for {', '.join(plain)}"
        return "not calibrated: bare shares of the likelihoods, which may be far too sure"

    @cached_property
    def length(self) -> str:
        """The song's, for people."""
        return clock(self.sights.seconds)

    @cached_property
    def spacing(self) -> tuple[float, float]:
        """Seconds of a part, and from one to the next (0 where there is one)."""
        start, end = self.parts[0].heard
        hop = self.parts[1].heard[0] - start if len(self.parts) > 1 else 0.0
        return end - start, hop

    @cached_property
    def tempos(self) -> tuple[Cell, ...]:
        """The tempo as it was answered: about each part, else about the whole; nothing where not asked."""
        for band in self.bands:
            if band.topic == "tempo":
                return tuple(cell for cell in band.lanes[0].cells if cell.text)
        whole = self.certain("tempo")
        return () if whole is None else (Cell(0.0, self.sights.seconds, whole.near, whole.best),)

    def certain(self, topic: str) -> Answered | None:
        """The same, where the model would not rather say something else."""
        found = self.answer(topic)
        return None if found is None or found.doubtful else found

    def answer(self, topic: str) -> Answered | None:
        """The answer to a topic's question, where it was asked."""
        return next((one for one in self.single if one.topic == topic), None)


def view_of(
    mu: MuLlama,
    path: Path,
    options: ShowOptions,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> View:
    """Listen, look and ask. Raises AudioError for what is no music, UsageError for choices too long."""
    song = mu.listen(path)
    # A page is sent to others: it names no folder of its maker.
    warnings = [warning.replace(f"{song.name}:", f"{path.name}:", 1) for warning in song.warnings]
    audio = ""
    if options.embed_audio:
        audio = _embedded(path)
        if not audio:
            warnings.append(
                f"{path.name}: is not played here, as it is larger than 16 MiB or no audio by its name"
            )
    return View(
        name=path.name,
        short=song.caption("short", **GREEDY).text,
        long=song.caption("long", **GREEDY).text,
        sights=look(path, song.seconds_heard),
        answers=ask(mu, song, options.asked),
        parts=parts(mu, path, song, options, progress) if options.over_time else (),
        model=Path(mu.name).name if Path(mu.name).exists() else mu.name,
        warnings=tuple(warnings),
        audio=audio,
    )


def _embedded(path: Path) -> str:
    """A small file that its name calls audio, as a `data:` address."""
    kind = mimetypes.guess_type(path.name)[0] or ""
    if not kind.startswith("audio/") or path.stat().st_size > EMBEDDED_BYTES:
        return ""
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
