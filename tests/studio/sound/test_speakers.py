from pathlib import Path

import numpy as np
import pytest
import soundfile

from installed import skip_without_voices
from mullama.errors import UsageError
from mullama.studio.sound.envelopes import FFT, spoken_pitch
from mullama.studio.sound.render import RATE
from mullama.studio.sound.speakers import SYLLABLES, speeches

SPEAKS = 44_100


def hum(pitch_hz: float, seconds: float) -> np.ndarray:
    """Something like a spoken vowel, with silence around it."""
    times = np.arange(round(seconds * SPEAKS)) / SPEAKS
    vowel = sum(np.sin(2 * np.pi * n * pitch_hz * times) / n for n in range(1, 9))
    silence = np.zeros(SPEAKS // 4)
    return np.concatenate([silence, 0.2 * np.asarray(vowel), silence])


def write(folder: Path, **sounds: np.ndarray) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, sound in sounds.items():
        soundfile.write(folder / f"{name}.ogg", sound, SPEAKS)


def test_silence_around_a_syllable_is_cut(tmp_path: Path) -> None:
    write(tmp_path / "xx/alpha", a=hum(200, 0.4))
    [speech] = speeches("xx", tmp_path)
    assert len(speech.wave) - 2 * FFT == pytest.approx(0.4 * RATE, abs=0.03 * RATE)
    assert spoken_pitch(speech.wave) == pytest.approx(200, rel=0.03)
    assert speech.highest_hz < RATE / 2


def test_what_is_long_silent_or_somebody_elses_is_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "xx/syllab"
    write(folder, a=hum(200, 0.3), b=hum(210, 0.3), c=hum(190, 0.3), child=hum(380, 0.3))
    write(folder, long=hum(200, 1.5), silent=np.zeros(SPEAKS))
    assert len(speeches("xx/syllab", tmp_path)) == 3


def test_of_many_syllables_some_are_taken(tmp_path: Path) -> None:
    write(tmp_path / "xx", **{f"s{n:03d}": hum(120 + n % 5, 0.2) for n in range(3 * SYLLABLES)})
    assert SYLLABLES // 2 < len(speeches("xx", tmp_path)) <= SYLLABLES


def test_what_is_missing_or_no_sound_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no syllables: apt-get install klettres-data"):
        speeches("xx", tmp_path)
    (tmp_path / "xx").mkdir()
    (tmp_path / "xx/a.ogg").write_bytes(b"not a sound")
    with pytest.raises(UsageError, match=r"a\.ogg cannot be read"):
        speeches("xx", tmp_path)
    write(tmp_path / "yy", silent=np.zeros(SPEAKS))
    with pytest.raises(UsageError, match="no syllables"):
        speeches("yy", tmp_path)


def test_speakers_are_as_high_as_those_that_they_sing_for() -> None:
    skip_without_voices()
    for speaks, low, high in (("cs", 200, 300), ("fr", 90, 150)):
        pitches = [spoken_pitch(speech.wave) for speech in speeches(speaks)]
        assert len(pitches) > 20
        assert all(pitch is not None for pitch in pitches)
        assert low < np.median([pitch for pitch in pitches if pitch is not None]) < high
