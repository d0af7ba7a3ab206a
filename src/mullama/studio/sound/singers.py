"""The singers of a studio: parts that somebody sings become sound, each part by one voice.

Voices are read when they first sing. Does not know what else plays.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from mullama.errors import UsageError
from mullama.studio.compose.piece import Part
from mullama.studio.instruments import SINGERS
from mullama.studio.sound.envelopes import Syllable
from mullama.studio.sound.render import RATE
from mullama.studio.sound.singing import sing
from mullama.studio.sound.voices import Voice, missing_hint, syllables_of, voices_here


class Singers:
    """Those of some voices that can be had here; `folder` is where they are stored."""

    def __init__(self, voices: Sequence[Voice], folder: Path) -> None:
        self.voices = voices_here(voices)
        self.hint = missing_hint(voices)
        """What to install for those that are left out."""
        self.folder = folder

    @property
    def complete(self) -> bool:
        """Whether there is one for every kind of part."""
        return {voice.singer for voice in self.voices} == set(SINGERS)

    def rehearse(self) -> None:
        """Have all voices stored. Raises UsageError for an engine that fails."""
        for voice in self.voices:
            _syllables(voice, self.folder)

    def sing(
        self, part: Part, seconds: float, rng: np.random.Generator
    ) -> Float32[np.ndarray, " samples"]:
        """A part of one of SINGERS, by a voice that is drawn. Raises UsageError where there is none."""
        fit = [voice for voice in self.voices if voice.singer == part.instrument]
        if not fit:
            raise UsageError(
                f"no voice for a {part.instrument}: {self.hint or 'none was asked for'}"
            )
        voice = fit[int(rng.integers(len(fit)))]
        return sing(part.notes, _syllables(voice, self.folder), seconds, RATE, rng)


@lru_cache(maxsize=32)
def _syllables(voice: Voice, folder: Path) -> list[Syllable]:
    return syllables_of(voice, folder)
