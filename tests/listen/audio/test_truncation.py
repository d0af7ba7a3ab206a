from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.listen.audio.truncation import is_truncated

NOISE = np.random.default_rng(0).normal(0, 0.1, 48_000)


@pytest.mark.parametrize(("suffix", "coding"), [("wav", "PCM_16"), ("ogg", "VORBIS")])
@pytest.mark.parametrize("share", [0.999, 0.5, 0.1])
def test_a_cut_file_is_known(tmp_path: Path, suffix: str, coding: str, share: float) -> None:
    path = tmp_path / f"noise.{suffix}"
    soundfile.write(path, NOISE, 48_000, subtype=coding)
    assert not is_truncated(path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    assert is_truncated(path)


def test_an_ogg_whose_last_page_is_not_marked_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "noise.ogg"
    soundfile.write(path, NOISE, 48_000)
    content = path.read_bytes()
    last = content.rfind(b"OggS")
    path.write_bytes(content[:last])
    assert is_truncated(path)
    path.write_bytes(content[: last + 20])
    assert is_truncated(path)


@pytest.mark.parametrize("size", [0x7FFF0000, 0xFFFFFFFF])
def test_a_riff_of_unknown_size_promises_nothing(tmp_path: Path, size: int) -> None:
    path = tmp_path / "piped.wav"
    path.write_bytes(b"RIFF" + size.to_bytes(4, "little") + b"WAVE")
    assert not is_truncated(path)


def test_other_files_promise_nothing_here(tmp_path: Path) -> None:
    path = tmp_path / "sound.flac"
    for content in (b"", b"fLaC", b"RIF"):
        path.write_bytes(content)
        assert not is_truncated(path)
