"""Silence, noise, and stretches of a file, sample for sample."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError
from mullama.evaluation.asking.sounds import (
    LOUDNESS,
    RATE,
    SECONDS,
    cut,
    length,
    write_noise,
    write_silence,
)
from sound_files import tone, write_container


def test_silence_is_silent_and_noise_is_not(tmp_path: Path) -> None:
    write_silence(tmp_path / "silence.wav")
    write_noise(tmp_path / "noise.wav", 0)
    silence, rate = soundfile.read(tmp_path / "silence.wav")
    noise, _ = soundfile.read(tmp_path / "noise.wav")
    assert rate == RATE
    assert len(silence) == len(noise) == SECONDS * RATE
    assert not silence.any()
    assert np.sqrt(np.mean(noise**2)) == pytest.approx(LOUDNESS, rel=0.01)
    write_noise(tmp_path / "again.wav", 0)
    write_noise(tmp_path / "other.wav", 1)
    same, other = (tmp_path / name for name in ("again.wav", "other.wav"))
    assert same.read_bytes() == (tmp_path / "noise.wav").read_bytes() != other.read_bytes()


def test_stretches_are_cut_sample_for_sample(tmp_path: Path) -> None:
    path, samples = tmp_path / "a.wav", tone(seconds=3.0)
    soundfile.write(path, samples, 44_100, subtype="PCM_16")
    stored = soundfile.read(path, dtype="float32")[0]
    with cut(path, [(0.0, 1.0), (0.5, 2.25), (2.0, 9.0)]) as pieces:
        found = [soundfile.read(piece, dtype="float32")[0] for piece in pieces]
    for part, (first, last) in zip(
        found, [(0, 44_100), (22_050, 99_225), (88_200, None)], strict=True
    ):
        assert np.array_equal(part, stored[first:last])
    assert not any(piece.exists() for piece in pieces)


def test_any_container_is_cut(tmp_path: Path) -> None:
    path = write_container(tmp_path / "a.mp3", "mp3", tone(seconds=3.0))
    assert length(path) == pytest.approx(3.0, abs=0.1)
    with cut(path, [(1.0, 2.0)]) as (piece,):
        assert soundfile.info(piece).frames == 44_100
        assert soundfile.info(piece).channels == 2


def test_a_stretch_without_sound_and_a_file_without_any(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", tone(seconds=1.0), 44_100)
    with (
        pytest.raises(AudioError, match="no sound from 5 to 6 s"),
        cut(tmp_path / "a.wav", [(5, 6)]),
    ):
        pass
    (tmp_path / "b.wav").write_bytes(b"RIFF, but no more")
    with pytest.raises(AudioError, match=r"b\.wav"):
        length(tmp_path / "b.wav")
