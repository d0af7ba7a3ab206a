"""A split's music on disk: the same clips however it is made, and nothing is made twice."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from installed import skip_without_fluidsynth
from mullama.errors import UsageError
from mullama.listen.encoders.spectra import spectra
from mullama.studio.clips import Studio, seeds_for
from mullama.studio.corpus import (
    load,
    load_or_render,
    make_shard,
    prepare,
    shard_name,
    split_folder,
)
from mullama.studio.recorded.labels import LABELS
from mullama.studio.silence import NOTHING
from mullama.studio.sound.banks import TRAINING_BANKS
from mullama.studio.sound.render import RATE
from mullama.studio.sources import Heard
from mullama.studio.spectra_set import (
    BANDS_STEP,
    ONSETS_STEP,
    read_shards,
    spectra_bytes,
    write_shard,
)
from mullama.studio.split import Split

SPLIT = Split("music", "validation", 2, takes=2, silences=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    skip_without_fluidsynth(*TRAINING_BANKS)
    folder = tmp_path_factory.mktemp("music")
    prepare(SPLIT, folder, report=lambda _: None)
    return folder


def test_clips_are_stored_as_the_encoder_takes_them(folder: Path) -> None:
    music = load(SPLIT, folder)
    assert len(music) == 5
    with Studio() as studio:
        clip = studio.clip(seeds_for("validation", 2)[1])
    computed = spectra(torch.from_numpy(clip.waveform)[None], clip.rate)
    stored = music.spectra(slice(2, 3))
    assert music.truths[2] == clip.truth
    assert (computed.bands - stored.bands).abs().max() <= BANDS_STEP
    assert (computed.onsets.clamp_max(255 * ONSETS_STEP) - stored.onsets).abs().max() <= ONSETS_STEP


def test_silence_comes_last_and_is_nothing(folder: Path) -> None:
    music = load(SPLIT, folder)
    assert [truth == NOTHING for truth in music.truths] == [False] * 4 + [True]


def test_what_is_there_is_not_made_again(folder: Path) -> None:
    path = split_folder(SPLIT, folder) / shard_name(0)
    before = path.stat().st_mtime_ns
    again = load_or_render(SPLIT, folder, report=lambda _: pytest.fail("made again"))
    assert len(again) == 5
    assert path.stat().st_mtime_ns == before
    assert {other.name for other in path.parent.iterdir()} == {path.name}


def test_a_shard_is_what_numpy_writes_of_its_arrays(folder: Path) -> None:
    path = split_folder(SPLIT, folder) / shard_name(0)
    with np.load(path) as shard:
        written = io.BytesIO()
        np.savez(written, **shard)
    assert path.read_bytes() == written.getvalue()


@pytest.mark.parametrize("workers", [1, 2])
def test_a_split_is_the_same_by_however_many_processes(
    folder: Path, tmp_path: Path, workers: int
) -> None:
    said: list[str] = []
    threads = torch.get_num_threads()
    prepare(SPLIT, tmp_path, workers=workers, report=said.append)
    assert said == ["music music: 1 of 1 shards"]
    assert torch.get_num_threads() == threads
    one, other = (split_folder(SPLIT, root) / shard_name(0) for root in (folder, tmp_path))
    assert one.read_bytes() == other.read_bytes()


def test_which_clips_go_on_with_a_piece_is_stored(tmp_path: Path) -> None:
    clip = spectra_bytes(np.zeros(RATE, dtype=np.float32))
    paths = [tmp_path / "a.npz", tmp_path / "b.npz"]
    write_shard(paths[0], [clip] * 3, [NOTHING] * 3, [False, True, False])
    write_shard(paths[1], [clip], [NOTHING], [False])
    assert read_shards(paths).continues.tolist() == [False, True, False, False]


def test_a_shard_has_its_silences_behind_pieces_of_several_clips(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Source:
        clips = 2

        def some(self, first: int, last: int) -> list[Heard]:
            sound = np.zeros(10 * RATE, dtype=np.float32)
            return [Heard(sound, NOTHING), Heard(sound, NOTHING, continues=True)][first:last]

    monkeypatch.setattr("mullama.studio.corpus.open_source", lambda *_: Source())
    split_folder(SPLIT, tmp_path).mkdir()
    make_shard(replace(SPLIT, clips=2), tmp_path, 0)
    assert load(SPLIT, tmp_path).continues.tolist() == [False, True, False]


def test_a_damaged_shard_is_named(folder: Path, tmp_path: Path) -> None:
    content = (split_folder(SPLIT, folder) / shard_name(0)).read_bytes()
    home = split_folder(SPLIT, tmp_path)
    home.mkdir()
    (home / shard_name(0)).write_bytes(content[: len(content) // 2])
    with pytest.raises(UsageError, match=r"shard-00000\.npz is damaged: remove it"):
        load_or_render(SPLIT, tmp_path, report=lambda _: None)


def test_a_bank_that_is_missing_is_named(tmp_path: Path) -> None:
    split = Split("music", "validation", 2, bank="kazoo")
    with pytest.raises(UsageError, match="kazoo"):
        prepare(split, tmp_path, report=lambda _: None)


def test_another_definition_lies_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Split("music", "validation", 2, takes=1, silences=1)
    assert split_folder(other, tmp_path) != split_folder(SPLIT, tmp_path)
    assert split_folder(SPLIT, tmp_path).name == "music-7c97fbca"  # music of earlier runs is found
    recordings = replace(SPLIT, source="recordings")
    before = split_folder(recordings, tmp_path)
    monkeypatch.setattr("mullama.studio.corpus.LABELS", LABELS + 1)
    # Recordings are read anew when more is known of them.
    assert split_folder(recordings, tmp_path) != before
    assert split_folder(SPLIT, tmp_path).name == "music-7c97fbca"
