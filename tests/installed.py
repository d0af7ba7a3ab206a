"""What some tests need and pip cannot bring: without it they are skipped by the name of its package."""

import pytest

from mullama.errors import UsageError
from mullama.studio.sound.banks import BANKS
from mullama.studio.sound.synth import _library
from mullama.studio.sound.voices import HELD_OUT, TRAINING, missing_hint


def skip_without_fluidsynth(*banks: str) -> None:
    """Skip the calling test or fixture unless FluidSynth and these sound banks are on this system."""
    needed = {"libfluidsynth3": _library} | {
        BANKS[name].package: BANKS[name].path for name in banks
    }
    missing = []
    for package, find in needed.items():
        try:
            find()
        except UsageError:
            missing.append(package)
    if missing:
        pytest.skip(f"needs {' '.join(missing)}: apt-get install {' '.join(missing)}")


def skip_without_voices() -> None:
    """Skip the calling test or fixture unless the engines of all singers are on this system."""
    if (hint := missing_hint([*TRAINING, *HELD_OUT])) is not None:
        pytest.skip(hint)
