"""What is sent of a sound: its own bytes where a server can read them, else a small wav."""

import io
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError, UsageError
from mullama.evaluation.systems.sent_sound import SentSound, read_sound
from sound_files import tone, write_container

MANY = 10_000_000


def sent(path: Path, *, seconds: float | None = None, max_bytes: int = MANY) -> SentSound:
    return read_sound(path, rate=16_000, seconds=seconds, max_bytes=max_bytes)


@pytest.mark.parametrize("form", ["wav", "mp3"])
def test_what_a_server_reads_goes_as_it_is_whatever_it_is_called(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{form}"
    if form == "wav":
        soundfile.write(path, tone(), 44_100)
    else:
        write_container(path, "libmp3lame", tone())
    path = path.rename(tmp_path / "sound.flac")
    assert sent(path) == SentSound(path.read_bytes(), form)  # type: ignore[arg-type]
    assert sent(path).data_url.startswith(f"data:audio/{'mpeg' if form == 'mp3' else 'wav'};base64")


@pytest.mark.parametrize("suffix", ["flac", "ogg"])
def test_other_formats_become_wav(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{suffix}"
    soundfile.write(path, tone(), 44_100)
    found = sent(path)
    samples, rate = soundfile.read(io.BytesIO(found.data))
    assert (found.form, rate, samples.ndim) == ("wav", 16_000, 1)
    assert len(samples) == 32_000
    assert 0.1 < np.sqrt(np.mean(samples**2)) < 0.4


def test_wav_of_floats_becomes_one_of_integers(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 44_100, subtype="FLOAT")
    assert soundfile.info(io.BytesIO(sent(path).data)).subtype == "PCM_16"


def test_only_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 44_100)
    assert soundfile.info(io.BytesIO(sent(path, seconds=0.5).data)).frames == 8000


def test_what_is_too_large_becomes_small_or_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, tone(), 44_100)
    assert len(sent(path, max_bytes=70_000).data) < 70_000 < path.stat().st_size
    with pytest.raises(UsageError, match="more than 60000 bytes as wav at 16000 Hz"):
        sent(path, max_bytes=60_000)


@pytest.mark.parametrize("name", ["none.wav", "text.txt"])
def test_what_is_no_sound(name: str, tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("no sound")
    with pytest.raises(AudioError):
        sent(tmp_path / name)
