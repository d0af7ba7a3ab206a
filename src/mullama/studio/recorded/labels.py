"""Tracks become excerpts of half a minute with what the tools say about each: one line of JSON a piece.

What the tools said of Debian's packages is stored here, so that every training on them has the same
labels at once; the tools hear what is new. Labelling goes on where it was interrupted. Does not know what
the labels are used for.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float32

from mullama.errors import AudioError
from mullama.jobs.atomic import write_bytes
from mullama.jobs.logged import run_logged
from mullama.jobs.records import RecordFormat
from mullama.jobs.workers import Work
from mullama.listen.audio.reader import AudioReader
from mullama.studio.recorded.packages import tracks
from mullama.studio.recorded.teachers import RATE, Readings, not_installed, readings

FILE = "labels.jsonl"
LABELS = 2
"""What is known of recordings; raised when that changes, so that their music is read anew."""
KNOWN = Path(__file__).with_name("known.jsonl")
"""What the tools said already; a labelling begins with it."""
HINT = "pip install 'mullama[listening]'"
SECONDS = 30.0
"""Of an excerpt, at most."""
FEWEST_SECONDS = 10.0
PLACES = (0.2, 0.6)
"""Where excerpts of a long track begin, as shares of its length; of a short one, only the first."""
MORE_PLACES = (*PLACES, 0.4, 0.8)
"""The same for training."""
LONG_SECONDS = 150.0
FAULTS = (AudioError, OSError, ValueError, RuntimeError)
"""What one excerpt may cause, in decoders and tools alike, without being the next one's concern."""


@dataclass(frozen=True)
class Excerpt:
    """A stretch of a track, with what the tools say about it, or why they could not."""

    package: str
    track: str
    """Path within the package."""
    start_seconds: float
    readings: Readings = field(default_factory=Readings)
    failure: str = ""

    @property
    def name(self) -> str:
        """What it is known by."""
        return f"{self.package}/{self.track}@{self.start_seconds:g}"

    def sound(self, folder: Path, rate: int) -> Float32[np.ndarray, " samples"]:
        """Its samples, mono, at `rate`; `folder` holds the packages. Raises AudioError."""
        end = self.start_seconds + SECONDS
        with AudioReader(folder / self.package / self.track, rate, limit_seconds=end) as reader:
            whole = np.concatenate(list(reader.blocks()))
        return whole[round(self.start_seconds * rate) :]


def _decode(values: dict[str, Any], where: str) -> Excerpt:
    return Excerpt(**{**values, "readings": Readings(**values["readings"])})


EXCERPTS: RecordFormat[Excerpt] = RecordFormat(
    encode=asdict, decode=_decode, key=lambda one: one.name, failure=lambda one: one.failure
)


def label(
    packages: Iterable[str],
    folder: Path,
    *,
    places: Sequence[float] = PLACES,
    workers: int = 1,
    report: Callable[[str], None] = print,
) -> None:
    """Have the tools say what they hear in the packages' music; what is fetched and labelled stays in `folder`.

    `places` is where excerpts of a long track begin. Where the tools are not installed, a line to
    `report` says how many excerpts are left out. Raises UsageError for a disk that refuses.
    """
    wanted = [one for package in packages for one in _excerpts(package, places, folder, report)]
    if not (folder / FILE).exists():
        write_bytes(folder / FILE, KNOWN.read_bytes(), parents=True)
    known = {one.name for one in EXCERPTS.read(folder / FILE)}
    new = sum(one.name not in known for one in wanted)
    if new and (missing := not_installed()):
        why = f"for {missing} is not installed: {HINT}"
        report(f"recordings: {new} of {len(wanted)} excerpts are new and left out, {why}")
        return
    work = Work[Excerpt, Excerpt].of(_Labelling(folder), catch=FAULTS, failed=_failed)
    outcome = run_logged(
        wanted, work, folder / FILE, EXCERPTS, key=_name, workers=workers, unit="excerpt"
    )
    if outcome.failed:
        report(f"recordings: {outcome.failed} of {len(wanted)} excerpts could not be labelled")


def load(packages: Iterable[str], folder: Path) -> list[Excerpt]:
    """The excerpts of packages that `label` has labelled, in order of their names."""
    chosen = set(packages)
    every = EXCERPTS.read(folder / FILE) if (folder / FILE).exists() else ()
    found = (one for one in every if one.package in chosen)
    return sorted((one for one in found if not one.failure), key=_name)


def _name(excerpt: Excerpt) -> str:
    return excerpt.name


@dataclass(frozen=True)
class _Labelling:
    folder: Path

    def __call__(self, excerpt: Excerpt) -> Excerpt:
        return replace(excerpt, readings=readings(excerpt.sound(self.folder, RATE)))


def _excerpts(
    package: str, places: Sequence[float], folder: Path, report: Callable[[str], None]
) -> list[Excerpt]:
    found = []
    for path in tracks(package, folder, report):
        try:
            with AudioReader(path, RATE) as reader:
                seconds = reader.seconds_total or 0.0
        except AudioError as error:
            report(f"recordings: {error}")
            continue
        for place in places if seconds >= LONG_SECONDS else places[:1]:
            if seconds * (1 - place) >= FEWEST_SECONDS:
                name = path.relative_to(folder / package).as_posix()
                found.append(Excerpt(package, name, round(seconds * place, 1)))
    return found


def _failed(excerpt: Excerpt, why: str) -> Excerpt:
    return replace(excerpt, failure=why)
