"""A written work: voices of notes in quarters, with its time signatures. One line of JSON each.

Does not know where scores come from or how they are played.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float64

from mullama.jobs.records import RecordFormat
from mullama.listen.encoders import key_profiles


class Written(NamedTuple):
    """One written note; times in quarters from the beginning."""

    start: float
    duration: float
    pitch: int
    """As in MIDI."""


@dataclass(frozen=True)
class Score:
    """A work."""

    name: str
    """File and number in it."""
    composer: str
    """Or collection, as the corpus calls it."""
    voices: tuple[tuple[Written, ...], ...] = ()
    metres: tuple[tuple[float, str], ...] = ()
    """Time signatures with their places, in quarters."""
    sharps: int | None = None
    """Of the first key signature; flats are negative."""

    @property
    def quarters(self) -> float:
        """How long it is."""
        return max((n.start + n.duration for voice in self.voices for n in voice), default=0.0)

    def metre_at(self, start: float, end: float) -> str | None:
        """The time signature from `start` to `end`, where it does not change."""
        before = [metre for place, metre in self.metres if place <= start]
        changes = {metre for place, metre in self.metres if start < place < end}
        return before[-1] if before and changes <= {before[-1]} else None


@dataclass(frozen=True)
class ScoreFile:
    """The works of one file, or why it could not be read."""

    name: str
    scores: tuple[Score, ...] = ()
    failure: str = ""


def _decode(values: dict[str, Any], where: str) -> ScoreFile:
    scores = tuple(_score(one) for one in values["scores"])
    return ScoreFile(str(values["name"]), scores, str(values["failure"]))


def _score(values: dict[str, Any]) -> Score:
    voices = tuple(
        tuple(Written(float(s), float(d), int(p)) for s, d, p in voice)
        for voice in values["voices"]
    )
    metres = tuple((float(place), str(metre)) for place, metre in values["metres"])
    return Score(values["name"], values["composer"], voices, metres, values["sharps"])


SCORE_FILES: RecordFormat[ScoreFile] = RecordFormat(
    encode=asdict, decode=_decode, key=lambda file: file.name, failure=lambda file: file.failure
)


def key_fits(chroma: Float64[np.ndarray, "12"]) -> Float64[np.ndarray, "24"]:
    """How long each pitch class sounds -> its correlation with each key, majors from C, then minors."""
    return key_profiles.key_fits(torch.from_numpy(chroma)).flatten().numpy()


def key_of(notes: Iterable[Written], sharps: int | None) -> int | None:
    """The key of notes, as `key_fits` counts them, where the key signature allows it; else None."""
    chroma = np.zeros(12)
    for note in notes:
        chroma[note.pitch % 12] += note.duration
    if not chroma.any() or sharps is None:
        return None
    best = int(key_fits(chroma).argmax())
    major = 7 * sharps % 12
    return best if best in (major, 12 + (major + 9) % 12) else None
