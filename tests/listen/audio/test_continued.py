"""What one reader breaks off, the other finishes: nothing twice, nothing at another position."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError
from mullama.listen.audio.containers import ContainerSource
from mullama.listen.audio.continued import ContinuedSource
from mullama.listen.audio.open_audio import AudioSource, open_audio
from mullama.listen.audio.soundfiles import SoundfileSource

Tone = Callable[..., np.ndarray]
Encode = Callable[..., Path]
RATE = 48_000
HOSTILE = Path(os.environ.get("MULLAMA_DATA", "")) / "hostile"


def read(source: AudioSource) -> np.ndarray:
    try:
        return np.concatenate([piece for piece, _ in source.pieces()])
    finally:
        source.close()


def music(tone: Tone, seconds: float) -> np.ndarray:
    """Tones and noise, so that every place differs from every other."""
    samples = tone(RATE, seconds)
    noise = np.random.default_rng(0).normal(0, 0.05, samples.shape)
    return (samples + noise).astype(np.float32)


def difference_db(samples: np.ndarray, expected: np.ndarray) -> float:
    assert samples.shape == expected.shape
    power = np.mean((samples - expected) ** 2) / np.mean(expected**2)
    return float(10 * np.log10(power + 1e-30))


# Ogg Opus, in which libsndfile loses packets


@pytest.mark.parametrize("page_microseconds", [0, 100_000, 1_000_000, 10_000_000])
@pytest.mark.parametrize(("frame_ms", "bit_rate"), [(20, 256_000), (60, 128_000), (5, 96_000)])
def test_ogg_opus_is_read_whole(
    encode: Encode, tone: Tone, page_microseconds: int, frame_ms: int, bit_rate: int
) -> None:
    path = encode(
        "music.ogg",
        "libopus",
        music(tone, 20.0),
        RATE,
        options={"page_duration": str(page_microseconds)},
        codec_options={"frame_duration": str(frame_ms)},
        bit_rate=bit_rate,
    )
    source = open_audio(path)
    samples = read(source)
    assert len(samples) == 20 * RATE
    assert difference_db(samples, read(ContainerSource(path))) < -60
    assert not source.damaged


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="MULLAMA_DATA has no folder hostile")
@pytest.mark.parametrize("name", ["hyperrogue-hr3-caves.ogg", "ufoai-turinitalym.ogg"])
def test_files_that_libsndfile_broke_off_are_read_whole(name: str) -> None:
    source = open_audio(HOSTILE / name)
    samples = read(source)
    assert samples.shape == (30 * RATE, 2)
    assert difference_db(samples, read(ContainerSource(HOSTILE / name))) < -60
    assert not source.damaged


def test_a_cut_ogg_opus_is_known_to_be_cut(encode: Encode, tone: Tone) -> None:
    path = encode("music.ogg", "libopus", music(tone, 10.0), RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    source = open_audio(path)
    assert 4 * RATE < len(read(source)) < 6 * RATE
    assert source.damaged


# In other formats FFmpeg continues where libsndfile stopped


def damaged_flac(path: Path, samples: np.ndarray) -> Path:
    soundfile.write(path, samples, RATE)
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    path.write_bytes(content)
    return path


def test_a_flac_goes_on_behind_its_damage(tmp_path: Path, tone: Tone) -> None:
    path = damaged_flac(tmp_path / "music.flac", music(tone, 6.0))
    first = read(SoundfileSource(path))
    source = ContinuedSource(path)
    samples = read(source)
    whole = read(ContainerSource(path))
    assert len(first) < len(samples) == len(whole)
    np.testing.assert_array_equal(samples[: len(first)], first)
    np.testing.assert_array_equal(samples[len(first) :], whole[len(first) :])
    np.testing.assert_allclose(samples[-RATE:], music(tone, 6.0)[-RATE:], rtol=0, atol=1e-4)
    assert len(samples) > 5.5 * RATE
    assert source.damaged


@pytest.mark.parametrize("coding", ["VORBIS", "OPUS"])
def test_joined_ogg_files_are_read_one_after_the_other(
    tmp_path: Path, tone: Tone, coding: str
) -> None:
    parts = [music(tone, 3.0), music(tone, 5.0)[RATE:]]
    joined = b""
    for part in parts:
        soundfile.write(tmp_path / "part.ogg", part, RATE, format="OGG", subtype=coding)
        joined += (tmp_path / "part.ogg").read_bytes()
    (tmp_path / "both.ogg").write_bytes(joined)
    source = open_audio(tmp_path / "both.ogg")
    samples = read(source)
    assert len(samples) == pytest.approx(7 * RATE, abs=256)
    for start, part in ((0, parts[0]), (len(samples) - len(parts[1]), parts[1])):
        place = samples[start : start + len(part)]
        assert np.corrcoef(place[:, 1], part[:, 1])[0, 1] > 0.95


def test_a_whole_file_is_left_to_the_first_reader(
    tmp_path: Path, tone: Tone, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "music.flac"
    soundfile.write(path, music(tone, 1.0), RATE)
    monkeypatch.setattr("mullama.listen.audio.continued.ContainerSource", None)
    source = ContinuedSource(path)
    assert len(read(source)) == RATE
    assert not source.damaged


def test_where_the_second_reader_fails_too_the_sound_ends(
    tmp_path: Path, tone: Tone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> ContainerSource:
        raise AudioError(f"{path}: no sound can be read from it")

    path = damaged_flac(tmp_path / "music.flac", music(tone, 6.0))
    monkeypatch.setattr("mullama.listen.audio.continued.ContainerSource", refuse)
    source = ContinuedSource(path)
    np.testing.assert_array_equal(read(source), read(SoundfileSource(path)))
    assert source.damaged
