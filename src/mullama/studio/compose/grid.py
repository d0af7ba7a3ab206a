"""Musical time: from steps of a bar to seconds.

A step is a sixteenth note. In simple metres four make a beat, in 6/8 six make one (the dotted
quarter). It knows nothing of pitches.
"""

import math
from dataclasses import dataclass

from mullama.studio.compose.piece import Metre

_BEATS = {"3/4": 3, "4/4": 4, "6/8": 2}
_STEPS_PER_BEAT = {"3/4": 4, "4/4": 4, "6/8": 6}


@dataclass(frozen=True)
class Grid:
    """The raster of one piece."""

    metre: Metre
    tempo_bpm: int
    swing: float = 0.5
    """Where the second eighth of a beat falls, as a share of the beat; 0.5 is straight."""

    @property
    def steps_per_beat(self) -> int:
        return _STEPS_PER_BEAT[self.metre]

    @property
    def steps_per_bar(self) -> int:
        return _BEATS[self.metre] * self.steps_per_beat

    @property
    def beat_seconds(self) -> float:
        return 60.0 / self.tempo_bpm

    @property
    def bar_seconds(self) -> float:
        return _BEATS[self.metre] * self.beat_seconds

    def seconds(self, step: float) -> float:
        """When a step, counted from the start of the piece, sounds."""
        beat, within = divmod(step, self.steps_per_beat)
        share = within / self.steps_per_beat
        if self.metre != "6/8" and not math.isclose(self.swing, 0.5):
            share = (
                share * 2 * self.swing
                if share < 0.5
                else self.swing + (share - 0.5) * 2 * (1 - self.swing)
            )
        return (beat + share) * self.beat_seconds

    def bars(self, seconds: float) -> int:
        """How many bars it takes to fill a time."""
        return math.ceil(seconds / self.bar_seconds)
