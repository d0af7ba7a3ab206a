"""Whatever a sound holds, and however it comes in blocks."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mullama.errors import AudioError
from mullama.listen.audio.reader import MAX_RATE_HZ, AudioReader, from_array
from mullama.listen.audio.resample import SincResampler, SoxrResampler

RATES = st.sampled_from([8000, 11025, 16000, 22050, 24000, 44100, 48000, 96000])
SHAPES = arrays.array_shapes(min_dims=1, max_dims=2, max_side=400)
HEADS = [
    b"",
    b"RIFF\x24\0\0\0WAVEfmt ",
    b"fLaC\0\0\0\x22",
    b"OggS\0\x02",
    b"ID3\x04\0\0",
    b"\xff\xfb\x90\x64",
]
"""How formats begin."""
SUFFIXES = [".wav", ".flac", ".ogg", ".mp3", ".m4a", ".txt", ""]
TYPES = st.sampled_from(
    ["float32", "float64", "int16", "int32", "uint8", "float16", "bool", "int64"]
)


@given(st.data(), RATES, st.sampled_from([SincResampler, SoxrResampler]), st.integers(1, 3))
def test_blocks_resample_as_the_whole_does(
    data: st.DataObject, rate: int, kind: type, channels: int
) -> None:
    length = data.draw(st.integers(0, 3000))
    sound = np.random.default_rng(length).uniform(-1, 1, (length, channels)).astype(np.float32)
    cuts = sorted(data.draw(st.sets(st.integers(0, length), max_size=5)))
    whole, parts = kind(rate, 24000, channels), kind(rate, 24000, channels)
    expected = whole.push(sound, last=True)
    empty = np.zeros((0, channels), np.float32)
    found = [parts.push(piece) for piece in np.split(sound, cuts)]
    joined = np.concatenate([*found, parts.push(empty, last=True)])
    assert abs(len(expected) - length * 24000 / rate) <= 1
    np.testing.assert_allclose(joined, expected, atol=1e-6)


def heard(reader: AudioReader) -> int:
    """How many samples come, every one of them a number."""
    with reader:
        blocks = list(reader.blocks())
    assert all(len(block) and np.isfinite(block).all() for block in blocks)
    samples = sum(map(len, blocks))
    assert reader.seconds_heard == samples / reader.rate > 0
    return samples


def refusal(error: AudioError) -> str:
    """What is said, which is one line."""
    (line,) = str(error).splitlines()
    return line


@settings(max_examples=150)
@given(st.data(), TYPES, st.integers(-5, 2 * MAX_RATE_HZ) | RATES)
def test_an_array_is_read_or_refused_in_a_line(data: st.DataObject, kind: str, rate: int) -> None:
    values = data.draw(arrays.arrays(kind, SHAPES))
    try:
        samples = heard(from_array(values, rate, 24000))
    except AudioError as error:
        refusal(error)
    else:
        assert samples == pytest.approx(values.shape[-1] * 24000 / rate, abs=1)


@settings(max_examples=80)
@given(st.binary(max_size=400), st.sampled_from(HEADS), st.sampled_from(SUFFIXES))
def test_any_file_is_a_sound_or_refused_in_a_line(content: bytes, head: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"sound{suffix}"
        path.write_bytes(head + content)
        said = path.name
        try:
            heard(AudioReader(path, 16000, max_seconds=600))
        except AudioError as error:
            said = refusal(error)
    assert path.name in said
