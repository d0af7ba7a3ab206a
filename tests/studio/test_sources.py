"""Clips come from where a split says, with what is known of them; the seed decides what is worn."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from installed import skip_without_fluidsynth, skip_without_voices
from mullama.studio.corpus import load_or_render
from mullama.studio.instruments import SINGERS
from mullama.studio.recorded.labels import MORE_PLACES, PLACES, Excerpt
from mullama.studio.recorded.teachers import Readings
from mullama.studio.scores.score import Score, Written
from mullama.studio.sound import voices
from mullama.studio.sound.banks import TRAINING_BANKS
from mullama.studio.sound.render import RATE
from mullama.studio.sources import (
    CLIPS_AN_EXCERPT,
    VOICES,
    Recordings,
    fetch,
    open_source,
    truth_of_readings,
)
from mullama.studio.split import Split

AGREED = Readings(
    {"essentia percival": 119.5, "librosa": 120.7},
    {"essentia edma": "D minor", "essentia temperley": "D minor", "librosa": "D minor"},
)
UNKNOWN = Readings({"essentia percival": 60.0, "librosa": 100.0}, {"librosa": "C major"})


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    (tmp_path / "game").mkdir()
    sound = 0.1 * np.random.default_rng(0).standard_normal(60 * RATE)
    soundfile.write(tmp_path / "game" / "a.flac", sound, RATE)
    excerpts = [
        Excerpt("game", "a.flac", 5.0, AGREED),
        Excerpt("game", "a.flac", 10.0, UNKNOWN),
        Excerpt("game", "a.flac", 45.0, AGREED),
    ]
    return Recordings(Split("r", "encoder", 100, source="recordings"), tmp_path, excerpts)


def test_recordings_carry_what_tools_agree_on(recordings: Recordings) -> None:
    assert recordings.clips == 9
    clips = list(recordings.some(0, 9))
    assert len(clips) == 3 + 0 + 1  # the last excerpt has fifteen seconds
    assert [clip.continues for clip in clips] == [False, True, True, False]
    for clip in clips:
        assert len(clip.waveform) == 10 * RATE
        assert (clip.truth.tempo_bpm, clip.truth.key) == (120, "D minor")
        assert not clip.truth.listed
        assert not clip.truth.silent


def test_shards_share_out_the_excerpts(recordings: Recordings) -> None:
    whole = [clip.waveform for clip in recordings.some(0, 9)]
    parts = [clip.waveform for n in range(0, 12, 4) for clip in recordings.some(n, n + 4)]
    assert len(parts) == len(whole)
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))
    assert CLIPS_AN_EXCERPT == 3


def test_what_is_worn_keeps_its_truth(recordings: Recordings) -> None:
    all_worn = replace(recordings, split=replace(recordings.split, worn=1.0))
    for plain, worn in zip(recordings.some(0, 9), all_worn.some(0, 9), strict=True):
        assert worn.truth.key == plain.truth.key
        assert worn.truth.tempo_bpm == pytest.approx(plain.truth.tempo_bpm, rel=0.035)
        assert not np.allclose(worn.waveform, plain.waveform)


def test_all_of_an_excerpt_wear_alike(recordings: Recordings) -> None:
    all_worn = replace(recordings, split=replace(recordings.split, worn=1.0))
    clips = list(all_worn.some(0, 9))
    assert {clip.truth.tempo_bpm for clip in clips[:3]} == {clips[0].truth.tempo_bpm}
    assert [clip.continues for clip in clips] == [False, True, True, False]


def test_training_hears_more_of_a_track_than_measuring(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(
        "mullama.studio.sources.labels.label", lambda *_, **options: asked.append(options)
    )
    for purpose in ("encoder", "held-out"):
        fetch(Split("r", purpose, 5, source="recordings"), tmp_path)
    assert [options["places"] for options in asked] == [MORE_PLACES, PLACES]


def test_nothing_is_known_of_a_recordings_instruments() -> None:
    truth = truth_of_readings(Excerpt("game", "a.flac", 0.0, UNKNOWN))
    assert (truth.tempo_bpm, truth.key) == (None, None)
    assert not truth.listed


def test_scores_are_left_out_where_nothing_reads_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    said: list[str] = []
    split = Split("theirs", "encoder", 5, source="scores")
    assert len(load_or_render(split, tmp_path, report=said.append)) == 0
    assert said == [
        "scores are left out of 'theirs', for music21 is not installed: "
        "pip install 'mullama[listening]'"
    ]


def test_scores_are_played_by_the_banks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skip_without_fluidsynth(*TRAINING_BANKS)
    tune = tuple(Written(float(n), 1.0, 62 + (0, 2, 4, 7)[n % 4]) for n in range(200))
    low = tuple(Written(4.0 * n, 4.0, 38 + (0, 7)[n % 2]) for n in range(50))
    shelf = {"x": [Score("x#0", "x", (tune, low), ((0.0, "4/4"),), 2)]}
    asked: list[list[str]] = []

    def load(composers: list[str], folder: Path) -> dict[str, list[Score]]:
        asked.append(composers)
        return shelf

    monkeypatch.setattr("mullama.studio.sources.scores.load", load)
    for purpose in ("encoder", "held-out"):
        source = open_source(Split("s", purpose, 4, source="scores"), tmp_path)
        clips = list(source.some(0, source.clips))
        assert len(clips) == 4
        for clip in clips:
            assert clip.truth.instruments
            assert clip.truth.style is None
            assert clip.truth.key is None or clip.truth.key.endswith("major")
            assert np.abs(clip.waveform).max() > 0.01
    assert not set(asked[0]) & set(asked[1])


def test_songs_are_left_out_where_nobody_can_sing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("mullama.studio.sound.speakers.FOLDER", tmp_path / "none")
    said: list[str] = []
    split = Split("sung", "encoder", 5, source="songs")
    assert len(load_or_render(split, tmp_path, report=said.append)) == 0
    assert said == [
        "'sung': 40 of 40 singers are left out: apt-get install espeak-ng flite klettres-data"
    ]


def test_songs_are_sung_by_the_voices_of_their_purpose(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_without_fluidsynth(*TRAINING_BANKS)
    skip_without_voices()
    for purpose, group in (("encoder", "TRAINING"), ("held-out", "HELD_OUT")):
        every = [v for v in getattr(voices, group) if v.engine == "espeak-ng"]
        few = [next(v for v in every if v.singer == singer) for singer in SINGERS]
        monkeypatch.setattr(voices, group, few)
        split = Split("s", purpose, 8, source="songs")
        fetch(split, tmp_path)
        clips = list(open_source(split, tmp_path).some(0, 8))
        sung = [clip for clip in clips if set(clip.truth.instruments) & set(SINGERS)]
        assert 0 < len(sung) <= 8
        assert all(clip.truth.lead in clip.truth.instruments for clip in sung if clip.truth.lead)
    assert len(list((tmp_path / VOICES).glob("*.npz"))) == 4
