"""Singers' voices: syllables that people or speech synthesizers speak, analysed into spectral envelopes.

A voice is spoken and analysed once and stored as one file; later calls only read it. The envelope is
the mouth, free of the pitch that it was spoken at, so that `singing.py` can give it any other. Does
not know melodies.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from zipfile import BadZipFile

import numpy as np
import soundfile
import soxr

from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file
from mullama.studio.sound import speakers
from mullama.studio.sound.envelopes import FFT, Speech, Syllable, analysed
from mullama.studio.sound.render import RATE

Engine = Literal["espeak-ng", "flite", "klettres-data"]
Singer = Literal["female singer", "male singer"]
PEOPLE: Engine = "klettres-data"
"""No synthesizer: recorded speakers."""

_CALL_SECONDS = 30.0
_VERSION = 1
CAST = 2
"""Who sings; raised when that changes, so that songs are sung anew."""


@dataclass(frozen=True)
class Voice:
    """One singer."""

    name: str
    engine: Engine
    speaks: str
    """What the engine is given as its voice; of `speakers`, the folder."""
    singer: Singer
    size: float = 1.0
    """Factor by which the spectral envelope is stretched along frequency; a smaller body has a larger one."""


def _voices(singer: Singer, *rows: tuple[Engine, str, float]) -> tuple[Voice, ...]:
    return tuple(
        Voice(f"{re.sub('[+/]', '-', speaks)}-{round(100 * size)}", engine, speaks, singer, size)
        for engine, speaks, size in rows
    )


TRAINING = _voices(
    "female singer",
    ("flite", "slt", 0.96), ("flite", "slt", 1.02), ("flite", "slt", 1.08),
    ("espeak-ng", "en-us+f2", 1.04), ("espeak-ng", "en-gb-x-rp+f5", 1.07), ("espeak-ng", "it+f3", 1.0),
    ("espeak-ng", "es+Annie", 0.98), ("espeak-ng", "de+belinda", 1.0), ("espeak-ng", "en-us+steph", 1.02),
    ("klettres-data", "cs", 0.97), ("klettres-data", "cs", 1.04), ("klettres-data", "en_GB", 0.97),
    ("klettres-data", "en_GB", 1.03), ("klettres-data", "it", 0.98), ("klettres-data", "it", 1.04),
    ("klettres-data", "nb", 0.96), ("klettres-data", "nb", 1.03), ("klettres-data", "nl", 1.0),
    ("klettres-data", "ru", 0.98), ("klettres-data", "ru", 1.05),
) + _voices(
    "male singer",
    ("flite", "rms", 0.94), ("flite", "rms", 1.02), ("flite", "kal16", 0.97),
    ("espeak-ng", "en-us+m3", 1.0), ("espeak-ng", "en-gb-x-rp+m7", 0.96), ("espeak-ng", "it+m2", 1.0),
    ("espeak-ng", "es+miguel", 0.95), ("espeak-ng", "de+Alex", 1.0), ("espeak-ng", "en-us+m1", 0.93),
    ("klettres-data", "en", 0.97), ("klettres-data", "en", 1.03), ("klettres-data", "fr", 0.96),
    ("klettres-data", "fr", 1.03), ("klettres-data", "ml", 0.97), ("klettres-data", "ml", 1.04),
    ("klettres-data", "de/syllab", 0.97), ("klettres-data", "de/syllab", 1.03), ("klettres-data", "nds", 0.96),
    ("klettres-data", "nds", 1.0), ("klettres-data", "nds", 1.04),
)  # fmt: skip
"""Singers to train on."""
HELD_OUT = _voices(
    "female singer", ("espeak-ng", "en-us+linda", 1.0), ("espeak-ng", "es+f4", 1.0),
    ("espeak-ng", "it+Alicia", 0.94), ("klettres-data", "uk", 1.0), ("klettres-data", "pt_BR", 0.97),
) + _voices(
    "male singer", ("flite", "awb", 1.0), ("espeak-ng", "en-us+Michael", 1.0),
    ("espeak-ng", "it+victor", 1.04), ("klettres-data", "da", 1.0), ("klettres-data", "lt", 1.0),
)  # fmt: skip
"""Singers that no training hears: neither they nor the engine's voices behind them."""

_OPEN = (
    "lah", "nah", "mah", "dah", "bah", "rah", "sah", "lee", "nee", "mee", "dee", "ree", "see",
    "loo", "noo", "moo", "doo", "too", "soo", "loh", "noh", "moh", "doh", "soh",
    "leh", "neh", "meh", "deh",
)  # fmt: skip
_WORDS = {
    "en": (
        "love", "night", "you", "fire", "rain", "heart", "sky", "home", "time", "way", "day", "eyes",
        "world", "soul", "dream", "light", "moon", "sun", "go", "stay", "fall", "feel", "more", "blue",
        "gone", "long", "where",
    ),
    "it": ("mar", "sol", "cuor", "ciel", "vien", "qui", "mai", "più", "tu", "noi", "vai", "dei"),
    "es": ("mar", "sol", "luz", "voy", "ven", "tu", "mi", "más", "fue", "bien", "flor", "ley", "cruz"),
    "de": (
        "Herz", "Nacht", "Licht", "Wind", "Lied", "du", "mein", "weit", "Traum", "wir", "nie", "mehr",
        "Stern", "froh",
    ),
}  # fmt: skip


def voices_here(voices: Sequence[Voice]) -> tuple[Voice, ...]:
    """Those of the voices whose engine is installed."""
    return tuple(voice for voice in voices if _is_here(voice.engine))


def _is_here(engine: Engine) -> bool:
    return speakers.FOLDER.is_dir() if engine == PEOPLE else shutil.which(engine) is not None


def missing_hint(voices: Sequence[Voice]) -> str | None:
    """One line that says which engines are missing and how they are had; None where none is."""
    missing = sorted({voice.engine for voice in set(voices) - set(voices_here(voices))})
    if not missing:
        return None
    left_out = len(voices) - len(voices_here(voices))
    return f"{left_out} of {len(voices)} singers are left out: apt-get install {' '.join(missing)}"


def words_of(voice: Voice) -> tuple[str, ...]:
    """The syllables that a synthesizer is to speak: open ones and words of its language."""
    language = voice.speaks[:2] if voice.engine == "espeak-ng" else "en"
    return (*_OPEN, *_WORDS[language])


def syllables_of(voice: Voice, folder: Path) -> list[Syllable]:
    """The syllables of a voice, from its file in `folder`, which is made where it is missing or unfit.

    Raises UsageError where the engine is missing or fails.
    """
    path = folder / f"{voice.name}.npz"
    words = () if voice.engine == PEOPLE else words_of(voice)
    recipe = f"{_VERSION} {voice} {' '.join(words)}"
    stored = _read(path, recipe)
    if stored is None:
        stored = analysed(_spoken(voice), voice.size)
        _write(path, recipe, stored)
    return stored


def _read(path: Path, recipe: str) -> list[Syllable] | None:
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if str(file["recipe"]) != recipe:
                return None
            cepstra = file["cepstra"].astype(np.float32)
            voicing = file["voicing"].astype(np.float32)
            marks = file["marks"]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    ends = marks[:, 0].cumsum()
    return [
        Syllable(cepstra[end - frames : end], voicing[end - frames : end], *map(int, points))
        for end, (frames, *points) in zip(ends, marks, strict=True)
    ]


def _write(path: Path, recipe: str, syllables: Sequence[Syllable]) -> None:
    """Half precision is a hundredth of a dB here, and half the disk."""
    marks = [(len(s.cepstra), s.vowel, s.hold, s.coda) for s in syllables]
    with atomic_file(path, parents=True) as part, part.open("wb") as file:
        np.savez_compressed(
            file,
            recipe=np.array(recipe),
            cepstra=np.concatenate([s.cepstra for s in syllables]).astype(np.float16),
            voicing=np.concatenate([s.voicing for s in syllables]).astype(np.float16),
            marks=np.array(marks, dtype=np.int32),
        )


def _spoken(voice: Voice) -> list[Speech]:
    if not _is_here(voice.engine):
        raise UsageError(
            f"the singer {voice.name} needs {voice.engine}: apt-get install {voice.engine}"
        )
    if voice.engine == PEOPLE:
        return speakers.speeches(voice.speaks)
    with tempfile.TemporaryDirectory() as folder:
        return [_speak(voice, word, Path(folder) / "word.wav") for word in words_of(voice)]


def _speak(voice: Voice, word: str, path: Path) -> Speech:
    """A low pitch shows more of the envelope, which is seen at the harmonics; a man's is low as it is."""
    pitch = "20" if voice.singer == "female singer" else "55"
    options = {
        "espeak-ng": ["-v", voice.speaks, "-p", pitch, "-s", "130", "-w", str(path), "--", word],
        "flite": ["-voice", voice.speaks, "--setf", "duration_stretch=1.2", "-t", word, str(path)],
    }[voice.engine]
    try:
        subprocess.run(
            [voice.engine, *options], check=True, capture_output=True, timeout=_CALL_SECONDS
        )
        wave, rate = soundfile.read(path, dtype="float64")
    except (OSError, subprocess.SubprocessError, soundfile.LibsndfileError) as error:
        raise UsageError(f"{voice.engine} does not speak as {voice.speaks}: {error}") from error
    path.unlink()
    margin = np.zeros(FFT)
    wave = soxr.resample(wave, rate, RATE, quality="HQ")
    return Speech(np.concatenate([margin, wave, margin]), 0.47 * rate)
