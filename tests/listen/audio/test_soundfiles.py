from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError
from mullama.listen.audio.soundfiles import SoundfileSource, is_soundfile

Tone = Callable[..., np.ndarray]
KINDS = [
    ("wav", "WAV", "PCM_16"),
    ("wav", "WAV", "PCM_24"),
    ("wav", "WAV", "FLOAT"),
    ("wav", "WAVEX", "PCM_U8"),
    ("wav", "RF64", "PCM_16"),
    ("w64", "W64", "PCM_16"),
    ("aiff", "AIFF", "PCM_16"),
    ("au", "AU", "PCM_16"),
    ("flac", "FLAC", "PCM_16"),
    ("ogg", "OGG", "VORBIS"),
    ("opus", "OGG", "OPUS"),
]


def written(folder: Path, kind: tuple[str, str, str], samples: np.ndarray, rate: int) -> Path:
    suffix, container, coding = kind
    path = folder / f"tone.{suffix}"
    soundfile.write(path, samples, rate, format=container, subtype=coding)
    return path


def samples_of(source: SoundfileSource) -> np.ndarray:
    try:
        return np.concatenate([piece for piece, _ in source.pieces()])
    finally:
        source.close()


def correlation(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind))
def test_every_kind_is_read_whole(tmp_path: Path, tone: Tone, kind: tuple[str, str, str]) -> None:
    samples = tone(48_000)
    path = written(tmp_path, kind, samples, 48_000)
    assert is_soundfile(path.read_bytes()[:16])
    source = SoundfileSource(path)
    assert source.seconds == 2.0
    pieces = samples_of(source)
    assert pieces.dtype == np.float32
    assert pieces.shape == samples.shape
    assert correlation(pieces, samples) > 0.99
    assert not source.damaged


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind))
@pytest.mark.parametrize("share", [0.4, 0.9])
def test_every_kind_is_read_as_far_as_it_goes(
    tmp_path: Path, tone: Tone, kind: tuple[str, str, str], share: float
) -> None:
    samples = tone(48_000, 6.0) + np.random.default_rng(0).normal(0, 0.02, (288_000, 2))
    path = written(tmp_path, kind, samples, 48_000)
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    source = SoundfileSource(path)
    pieces = samples_of(source)
    assert source.damaged
    assert (share - 0.3) * len(samples) < len(pieces) < len(samples)
    assert correlation(pieces, samples[: len(pieces)]) > 0.95


def test_the_length_of_a_piped_wav_is_no_promise(tmp_path: Path, tone: Tone) -> None:
    path = written(tmp_path, ("wav", "WAV", "PCM_16"), tone(), 44_100)
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = b"\xff\xff\xff\xff"
    path.write_bytes(content)
    source = SoundfileSource(path)
    assert len(samples_of(source)) == 88_200
    assert not source.damaged


def test_a_damaged_place_ends_a_flac(tmp_path: Path, tone: Tone) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, (88_200, 2))
    path = written(tmp_path, ("flac", "FLAC", "PCM_16"), tone() + noise, 44_100)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    path.write_bytes(content)
    source = SoundfileSource(path)
    assert len(samples_of(source)) > 30_000
    assert source.damaged


def test_what_libsndfile_cannot_open_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"RIFF\x00\x00\x00\x00WAVEnothing follows")
    with pytest.raises(AudioError, match=r"a\.wav: cannot be opened as a sound file"):
        SoundfileSource(path)


@pytest.mark.parametrize("head", [b"", b"ID3\x04", b"\xff\xfb\x90\x00", b"RIFF....AVI LIST"])
def test_other_files_are_left_to_others(head: bytes) -> None:
    assert not is_soundfile(head)
