"""Makes sound files of every kind for the tests of listening."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import sound_files

Encode = Callable[..., Path]


@pytest.fixture
def tone() -> Callable[..., np.ndarray]:
    """`tone(rate, seconds, channels)`: (frames, channels), another pitch on each channel."""
    return sound_files.tone


@pytest.fixture
def encode(tmp_path: Path) -> Encode:
    """`encode(name, codec, samples, rate, layout)`: a file that FFmpeg writes."""

    def write(name: str, *arguments: object, **options: object) -> Path:
        return sound_files.write_container(tmp_path / name, *arguments, **options)

    return write
