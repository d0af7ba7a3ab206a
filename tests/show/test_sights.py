"""Pictures of sounds that are known: a tone, clicks, silence; in stretches as at once, in bounded memory."""

import math
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mullama.errors import AudioError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.encoders.pitches import LOWEST_HZ
from mullama.listen.encoders.spectra import powers
from mullama.show.sights import COLUMNS, RATE, TEMPO_COLUMNS, _stretches, look, tempo_rows
from sound_files import tone


def write(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    soundfile.write(path, samples, rate)
    return path


def test_a_tone_is_one_line(tmp_path: Path) -> None:
    sights = look(write(tmp_path / "a.wav", tone(RATE, 4.0, 1)), 4.0)
    band = round(12 * math.log2(220 / LOWEST_HZ))
    assert set(sights.spectrogram.values[10:-10].argmax(axis=1)) == {band}
    assert set(sights.chroma.values[10:-10].argmax(axis=1)) == {9}
    assert sights.seconds == 4.0
    assert sights.spectrogram.seconds == 4.0
    np.testing.assert_allclose(sights.waveform.values[1:-1], [[-0.4, 0.4]] * 198, atol=0.01)


@pytest.mark.parametrize("bpm", [90, 150])
def test_clicks_have_their_tempo(tmp_path: Path, bpm: int) -> None:
    samples = np.zeros(RATE * 20, np.float32)
    for beat in range(20 * bpm // 60):
        start = round(beat * 60 / bpm * RATE)
        samples[start : start + 200] = 0.5
    sights = look(write(tmp_path / "a.wav", samples), 20.0)
    rows = tempo_rows()
    found = sights.tempogram.values.mean(axis=0)
    own = np.abs(np.log(rows / bpm)).argmin()
    assert found[own] > 0.8
    assert found[np.abs(np.log(rows / (1.4 * bpm))).argmin()] < 0.3


def test_silence_is_nothing(tmp_path: Path) -> None:
    sights = look(write(tmp_path / "a.wav", np.zeros(RATE, np.float32)), 1.0)
    for sight in (sights.waveform, sights.spectrogram, sights.tempogram, sights.chroma):
        assert np.isfinite(sight.values).all()
        assert not sight.values.any()


def test_stretches_give_what_the_whole_gives(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE * 37 + 123).astype(np.float32)
    path = write(tmp_path / "a.flac", noise)
    whole = powers(torch.from_numpy(AudioReader(path, RATE).waveform())[None], RATE).bands[0]
    parts = []
    with AudioReader(path, RATE) as reader:
        for samples, own in _stretches(reader, len(noise)):
            found = powers(torch.from_numpy(samples)[None], RATE).bands[0]
            parts.append(found[:, own.start // 480 : None if own.stop is None else own.stop // 480])
    torch.testing.assert_close(torch.cat(parts, dim=1), whole, rtol=1e-3, atol=1e-7)


def test_a_song_of_one_second(tmp_path: Path) -> None:
    sights = look(write(tmp_path / "a.wav", tone(44_100, 1.0), 44_100), 1.0)
    assert sights.seconds == pytest.approx(1.0, abs=1e-3)
    assert len(sights.spectrogram.values) == 50


@pytest.mark.slow
def test_ten_minutes_in_bounded_memory(tmp_path: Path) -> None:
    path = write(tmp_path / "a.flac", np.tile(tone(RATE, 10.0, 1), (60, 1)))
    tracemalloc.start()
    sights = look(path, 600.0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 << 20  # all of it is 55 MiB
    assert COLUMNS / 2 < len(sights.spectrogram.values) <= COLUMNS + 1
    assert len(sights.tempogram.values) == TEMPO_COLUMNS
    assert 600 <= sights.spectrogram.seconds < 602
    assert len(sights.waveform.values) == len(sights.spectrogram.values)


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"nothing")
    with pytest.raises(AudioError, match=r"a\.wav"):
        look(tmp_path / "a.wav", 1.0)
