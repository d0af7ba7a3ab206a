"""People who spoke syllables of their languages for KLettres, a game that teaches letters.

Debian's klettres-data brings them (GPL-2+), a folder a language, as a rule one speaker each. What is
too long for a syllable, or spoken by somebody else, is left out. Does not know what they sing.
"""

from pathlib import Path

import numpy as np
import soundfile
import soxr
from jaxtyping import Float

from mullama.errors import UsageError
from mullama.studio.sound.envelopes import FFT, Speech, spoken_pitch
from mullama.studio.sound.render import RATE

FOLDER = Path("/usr/share/klettres")
"""Where Debian's package lies."""
SYLLABLES = 60
"""Of a speaker, at most."""
_LONGEST_SECONDS = 0.95
_OTHER_SPEAKER = 1.4
"""A pitch further from the speaker's is another's: a factor."""
_SILENCE = 0.03
"""Share of the loudest level below which nothing is said."""


def speeches(speaks: str, folder: Path = FOLDER) -> list[Speech]:
    """The syllables of a speaker, a path within `folder` like "cs" or "de/syllab". Raises UsageError."""
    paths = sorted((folder / speaks).rglob("*.ogg"))
    if not paths:
        raise UsageError(f"{folder / speaks} has no syllables: apt-get install klettres-data")
    found = [_trimmed(*_read(path)) for path in paths[:: -(-len(paths) // (2 * SYLLABLES))]]
    heard = [(speech, spoken_pitch(speech.wave)) for speech in found if _is_short(speech)]
    voiced = [(speech, pitch) for speech, pitch in heard if pitch is not None]
    if not voiced:
        raise UsageError(f"{folder / speaks} has no syllables that last a second at most")
    usual = np.median([pitch for _, pitch in voiced])
    near = (s for s, pitch in voiced if 1 / _OTHER_SPEAKER < pitch / usual < _OTHER_SPEAKER)
    return list(near)[:SYLLABLES]


def _read(path: Path) -> tuple[Float[np.ndarray, " samples"], int]:
    try:
        wave, rate = soundfile.read(path, dtype="float64", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    return wave.mean(axis=1), rate


def _trimmed(wave: Float[np.ndarray, " samples"], rate: int) -> Speech:
    """At `RATE`, without the silence around it, and with the margins that analysis needs."""
    wave = soxr.resample(wave, rate, RATE, quality="HQ")
    step = RATE // 100
    levels = np.sqrt((wave[: len(wave) // step * step].reshape(-1, step) ** 2).mean(axis=1))
    heard = np.flatnonzero(levels > _SILENCE * levels.max(initial=0.0))
    first, last = (heard[0], heard[-1] + 1) if len(heard) else (0, 0)
    margin = np.zeros(FFT)
    spoken = wave[first * step : last * step]
    return Speech(np.concatenate([margin, spoken, margin]), 0.47 * min(rate, RATE))


def _is_short(speech: Speech) -> bool:
    return 0 < len(speech.wave) - 2 * FFT < _LONGEST_SECONDS * RATE
