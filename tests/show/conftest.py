"""The model that ships, and pages of an example."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

import mullama
from mullama.show.show_options import ShowOptions
from mullama.show.view import View, view_of
from mullama.song import MuLlama
from paths import EXAMPLES


@pytest.fixture(scope="session")
def small() -> MuLlama:
    return mullama.load()


@pytest.fixture(scope="session")
def pieces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve seconds of jazz, then the waltz: a song whose parts differ. Its name is hostile."""
    jazz, rate = soundfile.read(EXAMPLES / "jazz.mp3", dtype="float32")
    waltz, other_rate = soundfile.read(EXAMPLES / "waltz.flac", dtype="float32")
    assert rate == other_rate
    both = [x.mean(axis=1) if x.ndim > 1 else x for x in (jazz[: 12 * rate], waltz)]
    path = tmp_path_factory.mktemp("pieces") / "<script>alert(1)<\u2215script> $x^2$ \u202e'\".flac"
    soundfile.write(path, np.concatenate(both), rate)
    return path


@pytest.fixture(scope="session")
def view(small: MuLlama, pieces: Path) -> View:
    """With parts and the song itself."""
    options = ShowOptions(out=Path("x.html"), over_time=True, embed_audio=True)
    return view_of(small, pieces, options)
