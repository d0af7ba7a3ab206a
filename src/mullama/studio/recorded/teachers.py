"""What tools hear in a recording, and what they agree on: tempo and key.

essentia (Bogdanov et al. 2013; RhythmExtractor2013, PercivalBpmEstimator, KeyExtractor) and librosa
(McFee et al. 2015; beat_track, chroma_cqt with Krumhansl's profiles). A tool errs often, two that work
differently seldom in the same way: a fact is taken where two agree. Tools label; none of them is shipped.
Does not know where recordings come from.
"""

import atexit
import importlib.util
import math
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations
from typing import Any

import numpy as np
from jaxtyping import Float32

from mullama.studio.compose.harmony import all_keys
from mullama.studio.scores.score import key_fits

TOOLS = ("essentia", "librosa")
NUMBA_CACHE, OWN = "NUMBA_CACHE_DIR", "mullama-numba-"
RATE = 44_100
"""Samples per second that essentia's algorithms are made for."""
LIBROSA_RATE = 22_050
SAME_TEMPO = 0.04
TEMPO_FAMILIES = {
    "essentia multifeature": "beats",
    "essentia degara": "beats",
    "essentia percival": "percival",
    "librosa": "librosa",
}
"""Readings of tempo -> which of them work alike; those do not confirm each other."""
PROFILES = ("edma", "temperley", "krumhansl")
"""Of essentia's key profiles: electronic music, notated, listeners'."""
KEY_FAMILIES = {f"essentia {name}": "essentia" for name in PROFILES} | {"librosa": "librosa"}


@dataclass(frozen=True)
class Readings:
    """What each tool says about one recording."""

    tempos: dict[str, float] = field(default_factory=dict)
    """In BPM."""
    keys: dict[str, str] = field(default_factory=dict)
    """As "Eb major"."""

    def tempo(self, without: str = "") -> float | None:
        """The tempo that two families agree on within four percent; `without` leaves one family out."""
        return agreed_tempo(self.tempos, without)

    def key(self, without: str = "") -> str | None:
        """The key that essentia's profiles and librosa agree on; `without` leaves one family out.

        Of one family alone, what most of it say.
        """
        said: dict[str, list[str]] = {}
        for tool, key in self.keys.items():
            if (family := KEY_FAMILIES[tool]) != without:
                said.setdefault(family, []).append(key)
        votes = {family: _commonest(keys) for family, keys in said.items()}
        found = set(votes.values())
        confirmed = len(votes) == (1 if without else 2)
        return found.pop() if confirmed and len(found) == 1 else None


def agreed_tempo(tempos: Mapping[str, float], without: str = "") -> float | None:
    """The mean of the two closest readings of different families; None where they are not the same."""
    pairs = [
        (abs(math.log(one / other)), (one + other) / 2)
        for (a, one), (b, other) in combinations(tempos.items(), 2)
        if len({TEMPO_FAMILIES[a], TEMPO_FAMILIES[b], without}) == 3 and min(one, other) > 0
    ]
    distance, tempo = min(pairs, default=(math.inf, 0.0))
    return tempo if distance <= math.log1p(SAME_TEMPO) else None


def not_installed() -> str:
    """Which of the tools cannot be imported, by their names."""
    return ", ".join(name for name in TOOLS if importlib.util.find_spec(name) is None)


def readings(sound: Float32[np.ndarray, " samples"]) -> Readings:
    """Some seconds of mono sound at RATE, ten or more -> what the tools say; RuntimeError where they cannot."""
    essentia, librosa = _tools()
    tempos = {
        "essentia multifeature": essentia.RhythmExtractor2013(method="multifeature")(sound)[0],
        "essentia degara": essentia.RhythmExtractor2013(method="degara")(sound)[0],
        "essentia percival": essentia.PercivalBpmEstimator()(sound),
    }
    low = librosa.resample(sound, orig_sr=RATE, target_sr=LIBROSA_RATE, res_type="soxr_hq")
    tempos["librosa"] = np.ravel(librosa.beat.beat_track(y=low, sr=LIBROSA_RATE)[0])[0]
    keys = {f"essentia {p}": _essentia_key(essentia, p, sound) for p in PROFILES}
    chroma = librosa.feature.chroma_cqt(y=low, sr=LIBROSA_RATE).mean(axis=1)
    keys["librosa"] = all_keys()[int(key_fits(chroma.astype(np.float64)).argmax())]
    return Readings({tool: round(float(tempo), 2) for tool, tempo in tempos.items()}, keys)


def _essentia_key(essentia: Any, profile: str, sound: Float32[np.ndarray, " samples"]) -> str:
    tonic, mode, _ = essentia.KeyExtractor(profileType=profile)(sound)
    # all_keys has each tonic under one name; essentia's are those of the chromatic scale.
    names = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
    return all_keys()[names.index(tonic) + (12 if mode == "minor" else 0)]


def _commonest(keys: Iterable[str]) -> str:
    named = list(keys)
    return max(named, key=named.count)


def _tools() -> tuple[Any, Any]:
    _compile_apart()
    import essentia

    essentia.log.infoActive = essentia.log.warningActive = False
    import essentia.standard
    import librosa

    return essentia.standard, librosa


@cache
def _compile_apart() -> None:
    """Give this process a cache of its own for what librosa compiles: one that two write at once crashes it."""
    kept = os.environ.get(NUMBA_CACHE, "")
    if (
        not kept or OWN in kept
    ):  # not one that somebody chose, nor that of the process that began this one
        os.environ[NUMBA_CACHE] = tempfile.mkdtemp(prefix=OWN)
        atexit.register(shutil.rmtree, os.environ[NUMBA_CACHE], ignore_errors=True)
