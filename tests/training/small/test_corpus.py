"""Heard music on disk: what is kept is what was heard, and nothing is made twice."""

from pathlib import Path

import pytest
import torch

from installed import skip_without_fluidsynth
from mullama.listen.encoders.spectra import spectra
from mullama.studio.clips import Studio, seeds_for
from mullama.studio.sound.banks import TRAINING_BANKS
from mullama.training.recipe import Split
from mullama.training.small.corpus import (
    BANDS_STEP,
    ONSETS_STEP,
    load,
    prepare,
    shard_name,
    split_folder,
)
from mullama.training.small.silence import NOTHING

SPLIT = Split("music", "validation", 2, takes=2, silences=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    skip_without_fluidsynth(*TRAINING_BANKS)
    folder = tmp_path_factory.mktemp("music")
    prepare(SPLIT, folder, report=lambda _: None)
    return folder


def test_clips_are_kept_as_they_were_heard(folder: Path) -> None:
    music = load(SPLIT, folder)
    assert len(music) == 5
    with Studio() as studio:
        clip = studio.clip(seeds_for("validation", 2)[1])
    heard = spectra(torch.from_numpy(clip.waveform)[None], clip.rate)
    kept = music.spectra(slice(2, 3))
    assert music.truths[2] == clip.truth
    assert (heard.bands - kept.bands).abs().max() <= BANDS_STEP
    assert (heard.onsets.clamp_max(255 * ONSETS_STEP) - kept.onsets).abs().max() <= ONSETS_STEP


def test_silence_comes_last_and_is_nothing(folder: Path) -> None:
    music = load(SPLIT, folder)
    assert [truth == NOTHING for truth in music.truths] == [False] * 4 + [True]


def test_what_is_there_is_not_made_again(folder: Path) -> None:
    path = split_folder(SPLIT, folder) / shard_name(0)
    before = path.stat().st_mtime_ns
    prepare(SPLIT, folder, report=lambda _: pytest.fail("made again"))
    assert path.stat().st_mtime_ns == before
    assert not list(path.parent.glob("*.part"))


def test_another_definition_lies_elsewhere(tmp_path: Path) -> None:
    other = Split("music", "validation", 2, takes=1, silences=1)
    assert split_folder(other, tmp_path) != split_folder(SPLIT, tmp_path)
