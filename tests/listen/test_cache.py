"""Listenings that are cached: encoded once, by which encoder and how, and never a wrong one."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mullama.errors import AudioError, UsageError
from mullama.listen.audio.reader import AudioReader
from mullama.listen.cache import ListeningCache, fingerprint, open_cache
from mullama.listen.encoders.encoder import EncoderModel
from mullama.listen.listening import encode_sound
from tiny import RATE, clip, tiny_model


@pytest.fixture
def encoder() -> EncoderModel:
    return tiny_model().encoder


@pytest.fixture
def calls(encoder: EncoderModel) -> list[int]:
    """Grows by one each time the encoder runs."""
    counted: list[int] = []
    encoder.register_forward_hook(lambda *_: counted.append(1))
    return counted


@pytest.fixture
def song(tmp_path: Path) -> Path:
    soundfile.write(tmp_path / "a.wav", clip(0, 0.5), RATE)
    return tmp_path / "a.wav"


def test_a_sound_is_encoded_once(
    encoder: EncoderModel, calls: list[int], song: Path, tmp_path: Path
) -> None:
    cache = open_cache(tmp_path / "cache", encoder)
    digest = cache.listen(song)
    twin = shutil.copy(song, tmp_path / "twin.wav")
    assert cache.listen(song) == cache.listen(Path(twin)) == digest
    assert open_cache(tmp_path / "cache", encoder).listen(song) == digest
    assert len(calls) == 1
    cached = cache.get(digest)
    assert isinstance(cached, np.memmap)
    assert (cached.shape, cached.dtype) == (cache.shape, np.float16)
    listening = encode_sound(encoder, AudioReader(song, RATE)).numpy()
    np.testing.assert_allclose(cached, listening, rtol=1e-3, atol=1e-4)


def test_the_key_knows_weights_options_and_windows(encoder: EncoderModel) -> None:
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


def test_as_published_has_its_own_folder(
    encoder: EncoderModel, calls: list[int], song: Path, tmp_path: Path
) -> None:
    caches = [open_cache(tmp_path / "cache", encoder, as_published=way) for way in (True, False)]
    assert len({cache.listen(song) for cache in caches}) == 1
    assert len(calls) == 2
    assert caches[0].folder != caches[1].folder
    assert json.loads((caches[0].folder / "encoder.json").read_text())["as_published"] is True


def test_silence_is_one_second_of_zeros(
    encoder: EncoderModel, calls: list[int], tmp_path: Path
) -> None:
    cache = open_cache(tmp_path / "cache", encoder)
    silent = cache.silence()
    np.testing.assert_array_equal(cache.silence(), silent)
    assert len(calls) == 1
    with torch.no_grad():
        expected = encoder(torch.zeros(1, 24_000))[0].numpy()
    np.testing.assert_allclose(silent, expected, rtol=1e-3, atol=1e-4)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _pickled(path: Path) -> None:
    np.save(path, np.array([{"an": "object"}]), allow_pickle=True)


def _of_another_shape(path: Path) -> None:
    np.save(path, np.zeros((2, 3), np.float16))


def _archive(path: Path) -> None:
    with path.open("wb") as file:
        np.savez(file, np.zeros(3))


@pytest.mark.parametrize("damage", [_cut, _empty, _pickled, _of_another_shape, _archive])
def test_what_a_disk_spoilt_is_encoded_again(
    encoder: EncoderModel,
    calls: list[int],
    song: Path,
    tmp_path: Path,
    damage: Callable[[Path], None],
) -> None:
    cache = open_cache(tmp_path / "cache", encoder)
    digest = cache.listen(song)
    before = np.array(cache.get(digest))
    damage(cache.path(digest))
    assert cache.get(digest) is None
    assert cache.listen(song) == digest
    assert len(calls) == 2
    np.testing.assert_array_equal(cache.get(digest), before)


def test_dropout_is_never_in_a_listening(encoder: EncoderModel, song: Path, tmp_path: Path) -> None:
    encoder.config.hidden_dropout = 0.5
    cache = open_cache(tmp_path / "cache", encoder.train())
    cache.listen(song)
    assert not encoder.training


def test_values_that_halves_cannot_hold(encoder: EncoderModel, song: Path, tmp_path: Path) -> None:
    def hook(_module: object, _given: object, means: torch.Tensor) -> torch.Tensor:
        return means * scale

    encoder.register_forward_hook(hook)
    scale = 1e6
    cache = open_cache(tmp_path / "large", encoder)
    cached = cache.get(cache.listen(song))
    assert cached is not None
    assert cached.dtype == np.float32
    scale = float("nan")
    with pytest.raises(AudioError, match=r"a\.wav: the encoder makes NaN or infinite values of it"):
        open_cache(tmp_path / "none", encoder).listen(song)


def test_what_cannot_be_encoded_or_cached(
    encoder: EncoderModel, song: Path, tmp_path: Path
) -> None:
    cache = open_cache(tmp_path / "cache", encoder)
    for name, why in (("none.wav", "no such file"), ("cache", "is a folder")):
        with pytest.raises(AudioError, match=why):
            cache.listen(tmp_path / name)
    (tmp_path / "text.wav").write_text("no music")
    with pytest.raises(AudioError, match="no sound"):
        cache.listen(tmp_path / "text.wav")
    with pytest.raises(UsageError, match="cannot be written"):
        open_cache(song / "cache", encoder)


def test_a_file_that_changes_meanwhile(encoder: EncoderModel, song: Path, tmp_path: Path) -> None:
    encoder.register_forward_hook(lambda *_: song.touch())
    cache = open_cache(tmp_path / "cache", encoder)
    with pytest.raises(AudioError, match="was changed while it was read"):
        cache.listen(song)
    assert not list(cache.folder.rglob("*.npy"))


def test_too_long_a_sound_is_refused(encoder: EncoderModel, song: Path, tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"a\.wav: is longer than 0\.4 s"):
        open_cache(tmp_path / "cache", encoder, max_seconds=0.4).listen(song)
    open_cache(tmp_path / "cache", encoder, max_seconds=0.6).listen(song)


class FixedConfig:
    """A configuration that no version of a library changes."""

    def to_json_string(self, use_diff: bool) -> str:
        return json.dumps(
            {"model_type": "fixed", "sampling_rate": 8000, "dtype": "float32",
             "transformers_version": "5.0"}
        )  # fmt: skip


class FixedEncoder(EncoderModel):
    def __init__(self) -> None:
        super().__init__()
        self.config = FixedConfig()
        self.weight = torch.nn.Parameter(torch.arange(6.0).reshape(2, 3))
        self.register_buffer("scale", torch.tensor([1.5, -2.0], dtype=torch.bfloat16))


def test_keys_are_those_of_version_0_2(tmp_path: Path) -> None:
    """Else what users have cached would be encoded again."""
    encoder = FixedEncoder()
    assert fingerprint(encoder, as_published=False) == "46215902cd73e765b3eaf7d37dcff3c4"
    assert fingerprint(encoder, as_published=True) == "b4a2dc8896818e82ce74b0741abb030b"
    cache = open_cache(tmp_path, encoder)
    assert json.loads((cache.folder / "encoder.json").read_text()) == {
        "as_published": False,
        "encoder": {"model_type": "fixed", "sampling_rate": 8000},
        "form": 1,
    }
    assert cache.path("ab" * 32) == tmp_path / cache.key / "ab" / f"{'ab' * 32}.npy"


def test_a_cache_of_version_0_2_is_read(
    encoder: EncoderModel, calls: list[int], song: Path, tmp_path: Path
) -> None:
    digest = hashlib.sha256(song.read_bytes()).hexdigest()
    state = song.stat()
    row = {
        "path": str(song),
        "size": state.st_size,
        "mtime_ns": state.st_mtime_ns,
        "sha256": digest,
    }
    folder = tmp_path / "cache" / fingerprint(encoder, as_published=False) / digest[:2]
    folder.mkdir(parents=True)
    np.save(folder / f"{digest}.npy", np.ones((4, 32), np.float16))
    (tmp_path / "cache" / "files.jsonl").write_text(json.dumps(row) + "\n")
    cache = open_cache(tmp_path / "cache", encoder)
    assert cache.known(song) == cache.listen(song) == digest
    assert not calls
    np.testing.assert_array_equal(cache.get(digest), 1)


def test_making_the_object_does_no_work(encoder: EncoderModel, tmp_path: Path) -> None:
    opened = open_cache(tmp_path / "cache", encoder)
    again = ListeningCache(tmp_path / "none", encoder, opened._index, key=opened.key)
    assert again.folder.name == opened.folder.name
    assert not (tmp_path / "none").exists()
    assert again.get("0" * 64) is None


def test_the_key_can_be_given(
    encoder: EncoderModel, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_cache(tmp_path / "cache", encoder)
    monkeypatch.setattr(encoder, "state_dict", None)  # weights are not read again
    again = open_cache(tmp_path / "cache", encoder, key=opened.key)
    assert again.get(again.listen(song)) is not None
    assert again.folder == opened.folder


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names are text on this system")
def test_a_name_may_be_any_bytes(encoder: EncoderModel, song: Path, tmp_path: Path) -> None:
    path = song.rename(tmp_path / os.fsdecode(b"caf\xe9.wav"))
    digest = open_cache(tmp_path / "cache", encoder).listen(path)
    assert open_cache(tmp_path / "cache", encoder).known(path) == digest
