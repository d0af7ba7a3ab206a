"""Sound that is quieter, coarser, faster or out of tune, and how much of what is said about it changes.

Does not know which model speaks.
"""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from mullama.evaluation.small_model.recorded import Claim
from mullama.listen.audio.reader import AudioReader
from mullama.studio.recorded.teachers import SAME_TEMPO

Sound = NDArray[np.float32]
"""(samples,), mono."""
MP3_BITS = 64_000


def faster(sound: Sound, rate: int, factor: float) -> Sound:
    """Played at another speed, as a tape is: pitch and tempo move together."""
    return np.asarray(soxr.resample(sound, rate * factor, rate, quality="HQ"), np.float32)


def detuned(sound: Sound, rate: int, cents: float) -> Sound:
    """Played so many hundredths of a semitone higher."""
    return faster(sound, rate, 2 ** (cents / 1200))


def quieter(sound: Sound, rate: int, decibels: float = 12.0) -> Sound:
    """The same at a lower level."""
    return (sound * 10 ** (-decibels / 20)).astype(np.float32)


def as_mp3(sound: Sound, rate: int, bits: int = MP3_BITS) -> Sound:
    """Through an MP3 file of so many bits a second."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sound.mp3"
        with av.open(str(path), "w", format="mp3") as container:
            stream = container.add_stream("libmp3lame", rate=rate, bit_rate=bits, layout="mono")
            frame = av.AudioFrame.from_ndarray(sound[None], format="fltp", layout="mono")
            frame.sample_rate = rate
            container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        with AudioReader(path, rate) as reader:
            return np.concatenate(list(reader.blocks()))


DISTURBANCES: dict[str, tuple[Callable[[Sound, int], Sound], float]] = {
    "12 dB quieter": (quieter, 1.0),
    "MP3 at 64 kbit/s": (as_mp3, 1.0),
    "3 % faster": (lambda sound, rate: faster(sound, rate, 1.03), 1.03),
    "3 % slower": (lambda sound, rate: faster(sound, rate, 0.97), 0.97),
}
"""Name -> what is done, and what the tempo is multiplied by."""
CENTS = (-50, -40, -30, -20, -10, 0, 10, 20, 30, 40, 50)


def unchanged(before: Sequence[Claim], after: Sequence[Claim], speed: float) -> dict[str, float]:
    """Percentage of claims that stay, or follow the speed, of those where there was one.

    Three percent are half a semitone: the key is asked after only where the speed stays.
    """
    pairs = list(zip(before, after, strict=True))
    tempos = [
        b.tempo is not None and abs(b.tempo - a.tempo * speed) <= SAME_TEMPO * a.tempo * speed
        for a, b in pairs
        if a.tempo is not None
    ]
    found = {"tempo": 100 * float(np.mean(tempos)) if tempos else 0.0}
    if speed == 1.0:
        keys = [a.key == b.key for a, b in pairs if a.key is not None]
        found["key"] = 100 * float(np.mean(keys)) if keys else 0.0
    return found
