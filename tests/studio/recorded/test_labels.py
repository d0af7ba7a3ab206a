"""Tracks are cut into excerpts and labelled once; what cannot be read is told of, and the rest goes on."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.studio.recorded import labels
from mullama.studio.recorded.labels import (
    EXCERPTS,
    KNOWN,
    MORE_PLACES,
    Excerpt,
    label,
    load,
)
from mullama.studio.recorded.packages import FEWEST_BYTES, HELD_OUT, TRAINING
from mullama.studio.recorded.teachers import Readings

RATE = 8000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A package that is there already: a long piece, a short one, one too short, and one torn."""
    music = tmp_path / "tune-game" / "usr" / "music"
    music.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, seconds in {"long": 200, "short": 40, "tiny": 12}.items():
        soundfile.write(music / f"{name}.flac", 0.1 * rng.standard_normal(seconds * RATE), RATE)
    (music / "torn.ogg").write_bytes(b"OggS" * FEWEST_BYTES)
    return tmp_path


@pytest.fixture
def small_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mullama.studio.recorded.packages.FEWEST_BYTES", 1000)


def hears(seconds: list[float]) -> object:
    def readings(sound: np.ndarray) -> Readings:
        seconds.append(len(sound) / labels.RATE)
        return Readings({"librosa": 100.0}, {"librosa": "C major"})

    return readings


def test_tracks_are_labelled_once(
    folder: Path, small_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[float] = []
    monkeypatch.setattr(labels, "readings", hears(heard))
    said: list[str] = []
    label(["tune-game"], folder, report=said.append)
    found = load(["tune-game"], folder)
    assert [(Path(one.track).stem, one.start_seconds) for one in found] == [
        ("long", 120.0),
        ("long", 40.0),
        ("short", 8.0),
    ]
    assert sorted(heard) == pytest.approx([30, 30, 30], abs=0.01)
    assert any("torn.ogg" in line for line in said)
    monkeypatch.setattr(labels, "readings", None)
    label(["tune-game"], folder, report=said.append)
    assert load(["tune-game"], folder) == found
    assert load(["another"], folder) == []


def test_a_training_hears_more_of_a_long_track(
    folder: Path, small_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "readings", hears([]))
    label(["tune-game"], folder, places=MORE_PLACES, report=lambda _: None)
    found = [one.start_seconds for one in load(["tune-game"], folder) if "long" in one.track]
    assert sorted(found) == [40.0, 80.0, 120.0, 160.0]


def test_what_a_tool_cannot_bear_costs_one_excerpt(
    folder: Path, small_files: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def readings(sound: np.ndarray) -> Readings:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("no beats")
        return Readings()

    monkeypatch.setattr(labels, "readings", readings)
    said: list[str] = []
    label(["tune-game"], folder, report=said.append)
    assert len(load(["tune-game"], folder)) == 2
    assert said[-1] == "recordings: 1 of 3 excerpts could not be labelled"


def test_what_is_known_needs_no_tool(
    folder: Path, small_files: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ours = Readings({"librosa": 90.0}, {"librosa": "D minor"})
    known = [Excerpt("tune-game", "usr/music/long.flac", start, ours) for start in (40.0, 120.0)]
    (tmp_path / "known.jsonl").write_bytes(b"".join(map(EXCERPTS.to_line, known)))
    monkeypatch.setattr(labels, "KNOWN", tmp_path / "known.jsonl")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said: list[str] = []
    label(["tune-game"], folder, report=said.append)
    assert sorted(load(["tune-game"], folder), key=lambda one: one.start_seconds) == known
    assert said[-1] == (
        "recordings: 1 of 3 excerpts are new and left out, for essentia, librosa is not installed: "
        "pip install 'mullama[listening]'"
    )
    heard: list[float] = []
    monkeypatch.undo()
    monkeypatch.setattr("mullama.studio.recorded.packages.FEWEST_BYTES", 1000)
    monkeypatch.setattr(labels, "readings", hears(heard))
    label(["tune-game"], folder, report=said.append)
    assert len(load(["tune-game"], folder)) == 3
    assert len(heard) == 1


def test_what_came_with_the_package_is_of_its_packages() -> None:
    known = list(EXCERPTS.read(KNOWN))
    assert len({one.name for one in known}) == len(known)
    assert {one.package for one in known} <= {*TRAINING, *HELD_OUT}
    assert {one.package for one in known} >= {*HELD_OUT}
    assert not any(one.failure for one in known)
    assert sum(one.readings.tempo() is not None for one in known) > len(known) / 2


def test_excerpts_survive_their_lines() -> None:
    one = Excerpt("p", "music/a b.ogg", 12.5, Readings({"librosa": 99.5}, {"librosa": "A minor"}))
    assert EXCERPTS.from_line(EXCERPTS.to_line(one)[:-1], "here") == one
    assert one.name == "p/music/a b.ogg@12.5"


def test_an_excerpt_is_half_a_minute_from_its_place(folder: Path) -> None:
    sound = Excerpt("tune-game", "usr/music/long.flac", 20.0).sound(folder, RATE)
    whole, _ = soundfile.read(folder / "tune-game/usr/music/long.flac", dtype="float32")
    assert np.array_equal(sound, whole[20 * RATE : 50 * RATE])
