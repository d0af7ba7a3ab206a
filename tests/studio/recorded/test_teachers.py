"""Truth is where tools of different kinds agree; the tools hear what is plainly there."""

import os
from pathlib import Path

import numpy as np
import pytest

from mullama.studio.recorded import teachers
from mullama.studio.recorded.teachers import RATE, Readings, agreed_tempo, readings

TEMPOS = {
    "essentia multifeature": 120.0,
    "essentia degara": 120.2,
    "essentia percival": 80.0,
    "librosa": 117.5,
}
KEYS = {
    "essentia edma": "C major",
    "essentia temperley": "A minor",
    "essentia krumhansl": "C major",
    "librosa": "C major",
}


def test_two_kinds_of_tools_confirm_a_tempo() -> None:
    assert agreed_tempo(TEMPOS) == pytest.approx((120.0 + 117.5) / 2)


def test_tools_that_work_alike_do_not_confirm_each_other() -> None:
    assert agreed_tempo(TEMPOS, without="librosa") is None
    assert agreed_tempo({**TEMPOS, "librosa": 60.0}) is None
    assert agreed_tempo({}) is None


def test_a_tempo_that_nobody_heard_confirms_nothing() -> None:
    assert agreed_tempo({"essentia percival": 0.0, "librosa": 0.0}) is None


def test_most_of_essentias_profiles_speak_for_it() -> None:
    assert Readings({}, KEYS).key() == "C major"
    assert Readings({}, {**KEYS, "librosa": "G major"}).key() is None
    assert Readings({}, {**KEYS, "librosa": "G major"}).key(without="essentia") == "G major"
    assert Readings().key() is None


def test_tools_hear_a_plain_cadence() -> None:
    pytest.importorskip("essentia", reason="needs essentia: pip install 'mullama[listening]'")
    pytest.importorskip("librosa", reason="needs librosa: pip install 'mullama[listening]'")
    rng = np.random.default_rng(0)
    beat = RATE // 2  # 120 a minute
    sound = np.zeros(24 * RATE, np.float32)
    time = np.arange(beat) / RATE
    chords = ((62, 66, 69), (67, 71, 74), (69, 73, 76), (62, 66, 69))  # D, G, A, D
    for number in range(48):
        tones = [440 * 2 ** ((pitch - 69) / 12) for pitch in chords[number // 4 % 4]]
        struck = sum(np.sin(2 * np.pi * hz * time) for hz in tones) * np.exp(-3 * time) / 8
        click = rng.standard_normal(beat) * np.exp(-80 * time) / 4
        sound[number * beat : (number + 1) * beat] = struck + click
    found = readings(sound)
    assert found.tempo() == pytest.approx(120, rel=0.04)
    assert found.key() == "D major"


def test_what_is_compiled_is_kept_apart_from_other_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compile_apart = teachers._compile_apart.__wrapped__
    monkeypatch.setenv(teachers.NUMBA_CACHE, "")
    compile_apart()
    parent = os.environ[teachers.NUMBA_CACHE]
    compile_apart()  # as a worker does, which inherits it
    assert os.environ[teachers.NUMBA_CACHE] != parent
    assert Path(os.environ[teachers.NUMBA_CACHE]).is_dir()
    monkeypatch.setenv(teachers.NUMBA_CACHE, "/chosen")
    compile_apart()
    assert os.environ[teachers.NUMBA_CACHE] == "/chosen"
