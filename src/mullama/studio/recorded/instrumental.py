"""Which recordings musicnn is sure are instrumental: so ears can learn what no voice is.

musicnn (Pons and Serra 2019, arXiv 1909.06654) learnt tags from people. It runs in an environment of its own
(benchmarks/voice_tags.py), so what it said of Debian's packages is stored here, by the names of excerpts.
Does not know what the names are used for.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("instrumental.txt")
VOICE = ("vocal", "vocals", "singing", "voice")
SEX = ("female", "woman", "female vocal", "female voice", "male", "man", "male vocal", "male voice")
"""Tags of MagnaTagATune; those that deny a voice are of no use, for they are hardly ever sure."""
NO_VOICE, NO_SINGER = 0.1, 0.2
"""Sums of the probabilities of VOICE, and of both together, below which music is instrumental."""

Tags = Mapping[str, Mapping[str, float]]
"""Of musicnn's models by name: tag -> probability, mean over an excerpt."""


def is_instrumental(tags: Tags) -> bool:
    """Whether musicnn's first model is sure that there is no singer; of choirs it says nothing."""
    heard = tags["MTT_musicnn"]
    voice = sum(heard[name] for name in VOICE)
    return voice < NO_VOICE and voice + sum(heard[name] for name in SEX) < NO_SINGER


@cache
def instrumental() -> frozenset[str]:
    """The names (`Excerpt.name`) of those that are stored."""
    return frozenset(FILE.read_text(encoding="utf-8").splitlines())
