"""Listenings that are kept: heard once, by whom and how, and never a wrong one."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from transformers import PreTrainedModel

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.cache import ListeningCache, fingerprint
from mullama.listen.listening import encode_sound
from tiny import RATE, clip, tiny_model


@pytest.fixture
def encoder() -> PreTrainedModel:
    return tiny_model().encoder


@pytest.fixture
def calls(encoder: PreTrainedModel) -> list[int]:
    """Grows by one each time the encoder hears."""
    counted: list[int] = []
    encoder.register_forward_hook(lambda *_: counted.append(1))
    return counted


@pytest.fixture
def song(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "a.wav", clip(0, 0.5), RATE)
    return tmp_path / "a.wav"


def test_a_sound_is_heard_once(
    encoder: PreTrainedModel, calls: list[int], song: Path, tmp_path: Path
) -> None:
    store = ListeningCache(tmp_path / "store", encoder)
    digest = store.hear(song)
    twin = shutil.copy(song, tmp_path / "twin.wav")
    assert store.hear(song) == store.hear(Path(twin)) == digest
    assert ListeningCache(tmp_path / "store", encoder).hear(song) == digest
    assert len(calls) == 1
    kept = store.get(digest)
    assert isinstance(kept, np.memmap)
    assert (kept.shape, kept.dtype) == (store.shape, np.float16)
    heard = encode_sound(encoder, AudioReader(song, RATE)).numpy()
    np.testing.assert_allclose(kept, heard, rtol=1e-3, atol=1e-4)


def test_the_key_knows_weights_habits_and_windows(encoder: PreTrainedModel) -> None:
    whole = fingerprint(encoder, as_published=False)
    assert whole == fingerprint(tiny_model().encoder, as_published=False)
    changed = [fingerprint(encoder, as_published=True)]
    encoder.config.window_seconds = 3.0
    changed.append(fingerprint(encoder, as_published=False))
    encoder.config.window_seconds = 2.0
    with torch.no_grad():
        next(encoder.parameters()).view(-1)[0] += 1e-3
    changed.append(fingerprint(encoder, as_published=False))
    changed.append(fingerprint(encoder.half(), as_published=False))
    assert len({whole, *changed}) == 5


def test_as_published_is_kept_apart(
    encoder: PreTrainedModel, calls: list[int], song: Path, tmp_path: Path
) -> None:
    stores = [
        ListeningCache(tmp_path / "store", encoder, as_published=way) for way in (True, False)
    ]
    assert len({store.hear(song) for store in stores}) == 1
    assert len(calls) == 2
    assert stores[0].folder != stores[1].folder
    assert json.loads((stores[0].folder / "encoder.json").read_text())["as_published"] is True


def test_silence_is_one_second_of_zeros(
    encoder: PreTrainedModel, calls: list[int], tmp_path: Path
) -> None:
    store = ListeningCache(tmp_path / "store", encoder)
    silent = store.silence()
    np.testing.assert_array_equal(store.silence(), silent)
    assert len(calls) == 1
    with torch.no_grad():
        expected = encoder(torch.zeros(1, 24_000))[0].numpy()
    np.testing.assert_allclose(silent, expected, rtol=1e-3, atol=1e-4)


def _cut(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:-7])


def _empty(place: Path) -> None:
    place.write_bytes(b"")


def _pickled(place: Path) -> None:
    np.save(place, np.array([{"an": "object"}]), allow_pickle=True)


def _of_another_shape(place: Path) -> None:
    np.save(place, np.zeros((2, 3), np.float16))


def _archive(place: Path) -> None:
    with place.open("wb") as file:
        np.savez(file, np.zeros(3))


@pytest.mark.parametrize("damage", [_cut, _empty, _pickled, _of_another_shape, _archive])
def test_what_a_disk_spoilt_is_heard_again(
    encoder: PreTrainedModel,
    calls: list[int],
    song: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
) -> None:
    store = ListeningCache(tmp_path / "store", encoder)
    digest = store.hear(song)
    before = np.array(store.get(digest))
    damage(store.place(digest))
    assert store.get(digest) is None
    assert store.hear(song) == digest
    assert len(calls) == 2
    np.testing.assert_array_equal(store.get(digest), before)


def test_dropout_is_never_heard(encoder: PreTrainedModel, song: Path, tmp_path: Path) -> None:
    encoder.config.hidden_dropout = 0.5
    store = ListeningCache(tmp_path / "store", encoder.train())
    store.hear(song)
    assert not encoder.training


def test_numbers_that_halves_cannot_hold(
    encoder: PreTrainedModel, song: Path, tmp_path: Path
) -> None:
    def hook(_module: object, _given: object, heard: torch.Tensor) -> torch.Tensor:
        return heard * scale

    encoder.register_forward_hook(hook)
    scale = 1e6
    store = ListeningCache(tmp_path / "large", encoder)
    kept = store.get(store.hear(song))
    assert kept is not None
    assert kept.dtype == np.float32
    scale = float("nan")
    with pytest.raises(AudioError, match=r"a\.wav: the encoder hears no finite numbers"):
        ListeningCache(tmp_path / "none", encoder).hear(song)


def test_what_cannot_be_heard_or_kept(encoder: PreTrainedModel, song: Path, tmp_path: Path) -> None:
    store = ListeningCache(tmp_path / "store", encoder)
    for name, why in (("none.wav", "no such file"), ("store", "is a folder")):
        with pytest.raises(AudioError, match=why):
            store.hear(tmp_path / name)
    (tmp_path / "text.wav").write_text("no music")
    with pytest.raises(AudioError, match="no sound"):
        store.hear(tmp_path / "text.wav")
    with pytest.raises(UsageError, match="cannot be written"):
        ListeningCache(song / "store", encoder)


def test_a_file_that_changes_meanwhile(
    encoder: PreTrainedModel, song: Path, tmp_path: Path
) -> None:
    encoder.register_forward_hook(lambda *_: song.touch())
    store = ListeningCache(tmp_path / "store", encoder)
    with pytest.raises(AudioError, match="was changed while it was heard"):
        store.hear(song)
    assert not list(store.folder.rglob("*.npy"))
