"""A clip's bytes, from a zip file, a folder or beside its pairs."""

import zipfile
from pathlib import Path

import pytest

from mullama.data import audio_files as module
from mullama.data.audio_files import Sounds
from mullama.errors import AudioError, UsageError


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A file of pairs with `1.wav` beside it, in a zip file and in another folder."""
    for place in ("here/audios", "there"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "1.wav").write_bytes(place.encode())
    with zipfile.ZipFile(tmp_path / "audios.zip", "w") as file:
        file.writestr("audios/1.wav", b"zip")
    return tmp_path / "here" / "pairs.json"


@pytest.mark.parametrize(
    ("audio", "found"), [(None, b"here/audios"), ("there", b"there"), ("audios.zip", b"zip")]
)
def test_places(pairs: Path, audio: str | None, found: bytes) -> None:
    place = None if audio is None else pairs.parents[1] / audio
    with Sounds(place) as sounds:
        assert sounds.read("1.wav", pairs) == found
        with pytest.raises(AudioError):
            sounds.read("2.wav", pairs)


def test_limits(pairs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MEMBER", 3)
    with Sounds(None) as sounds, pytest.raises(AudioError, match="more than 3 bytes"):
        sounds.read("1.wav", pairs)
    with Sounds(pairs.parent / "none") as sounds, pytest.raises(UsageError, match="no such folder"):
        sounds.read("1.wav", pairs)
