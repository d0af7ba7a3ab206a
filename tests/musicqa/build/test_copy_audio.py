"""Audio goes into a set whole: copied where it is wav, else decoded as it is."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from clips import RATE, write_wav
from mullama.errors import AudioError, UsageError
from mullama.musicqa.build.copy_audio import copy_into, look_at
from paths import EXAMPLES


def test_a_wav_is_copied_byte_for_byte(tmp_path: Path) -> None:
    source = write_wav(tmp_path / "a.dat", channels=2)  # its name does not matter
    stored = copy_into(source, tmp_path / "0.wav")
    assert (tmp_path / "0.wav").read_bytes() == source.read_bytes()
    assert stored.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert stored.seconds == 1.5
    assert not stored.damaged


@pytest.mark.parametrize("name", ["jig.flac", "rock.mp3"])
def test_others_are_decoded_at_their_own_rate(name: str, tmp_path: Path) -> None:
    target = tmp_path / "0.wav"
    stored = copy_into(EXAMPLES / name, target)
    info = soundfile.info(target)
    assert (info.format, info.subtype, info.samplerate) == ("WAV", "PCM_16", 24_000)
    assert stored.seconds == pytest.approx(info.duration)
    assert stored.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    if name.endswith("flac"):
        assert np.array_equal(
            soundfile.read(target, dtype="int16")[0],
            soundfile.read(EXAMPLES / name, dtype="int16")[0],
        )
    copy_into(EXAMPLES / name, tmp_path / "1.wav")
    assert (tmp_path / "1.wav").read_bytes() == target.read_bytes()


def test_loud_samples_are_clipped_and_do_not_wrap(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.aiff", np.full(RATE, 1.5), RATE, subtype="FLOAT")
    copy_into(tmp_path / "a.aiff", tmp_path / "0.wav")
    assert soundfile.read(tmp_path / "0.wav", dtype="int16")[0].min() == 32767


def test_what_cannot_be_decoded_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "0.wav"
    (tmp_path / "text.mp3").write_text("no sound" * 99)
    (tmp_path / "empty.wav").touch()
    soundfile.write(tmp_path / "none.wav", np.zeros(0), RATE)
    soundfile.write(tmp_path / "none.flac", np.zeros(0), RATE)
    soundfile.write(tmp_path / "nan.aiff", np.full(RATE, np.nan), RATE, subtype="FLOAT")
    for name in ("text.mp3", "empty.wav", "none.wav", "none.flac", "nan.aiff", "absent.mp3", "."):
        with pytest.raises(AudioError):
            copy_into(tmp_path / name, target)
    monkeypatch.setattr("mullama.musicqa.build.copy_audio.MAX_WAV_BYTES", 1000)
    with pytest.raises(AudioError, match="too long"):
        copy_into(EXAMPLES / "jig.flac", target)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("0.wav")]


def test_a_cut_file_says_so(tmp_path: Path) -> None:
    whole = write_wav(tmp_path / "a.wav").read_bytes()
    (tmp_path / "cut.wav").write_bytes(whole[: len(whole) // 2])
    assert look_at(tmp_path / "cut.wav").damaged


def test_a_disk_that_refuses_is_no_fault_of_the_clip(tmp_path: Path) -> None:
    for source in (write_wav(tmp_path / "a.wav"), EXAMPLES / "jig.flac"):
        with pytest.raises(UsageError, match="cannot be written"):
            copy_into(source, tmp_path / "none" / "0.wav")


FULL = """
import resource, sys
from pathlib import Path
from mullama.musicqa.build.copy_audio import copy_into
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
copy_into(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_a_full_disk_is_called_so(tmp_path: Path) -> None:
    """libsndfile says "System error." for it, and names the file that is not there yet."""
    pytest.importorskip("resource")
    target = tmp_path / "0.wav"
    command = [sys.executable, "-c", FULL, str(EXAMPLES / "jig.flac"), str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    last = done.stderr.splitlines()[-1]
    assert last.endswith(f"UsageError: {target} cannot be written: the disk is full or refuses")
    assert not list(tmp_path.iterdir())
