from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import AudioError
from mullama.listen.audio.containers import ContainerSource
from mullama.listen.audio.continued import ContinuedSource
from mullama.listen.audio.open_audio import ArraySource, open_audio

Tone = Callable[..., np.ndarray]


@pytest.mark.parametrize(
    ("suffix", "reader"),
    [
        ("flac", ContinuedSource),
        ("ogg", ContinuedSource),
        ("opus", ContainerSource),
        ("mp3", ContainerSource),
    ],
)
def test_content_says_who_reads(
    tmp_path: Path, tone: Tone, suffix: str, reader: type[ContinuedSource] | type[ContainerSource]
) -> None:
    written = tmp_path / f"sound.{suffix}"
    coding = {"format": "OGG", "subtype": "OPUS"} if suffix == "opus" else {}
    soundfile.write(written, tone(48_000), 48_000, **coding)
    source = open_audio(written.rename(tmp_path / "sound.doc"))
    source.close()
    assert type(source) is reader


def test_a_wav_that_libsndfile_cannot_open_gets_a_second_reader(tmp_path: Path, tone: Tone) -> None:
    path = tmp_path / "sound.raw"  # libsndfile takes the name for headerless samples
    soundfile.write(tmp_path / "sound.wav", tone(), 44_100)
    (tmp_path / "sound.wav").rename(path)
    source = open_audio(path)
    assert isinstance(source, ContainerSource)
    assert sum(len(piece) for piece, _ in source.pieces()) == 88_200
    source.close()


def test_what_no_reader_opens_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    path.write_bytes(b"RIFF\x00\x00\x00\x00WAVEnothing follows")
    with pytest.raises(AudioError, match=r"sound\.wav: no sound can be read from it"):
        open_audio(path)


def test_an_array_is_read_piece_by_piece_and_again() -> None:
    samples = np.random.default_rng(0).normal(size=(150_000, 2)).astype(np.float32)
    source = ArraySource(samples, 50_000, "noise")
    assert source.seconds == 3.0
    for _ in range(2):
        pieces = list(source.pieces())
        assert [len(piece) for piece, _ in pieces] == [65_536, 65_536, 18_928]
        assert {rate for _, rate in pieces} == {50_000}
        np.testing.assert_array_equal(np.concatenate([piece for piece, _ in pieces]), samples)
