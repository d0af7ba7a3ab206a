"""Many files at once: in one process, in several, killed on the way, and with bad ones among them."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mullama.errors import UsageError
from mullama.listen.cache import open_cache
from mullama.listen.precompute import _one, _spread, precompute
from paths import TESTS
from tiny import RATE, clip, tiny_model

PROGRAM = """
import json, sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from mullama.listen.cache import Kept
from mullama.listen.precompute import hear_files
from tiny import tiny_model
encoder = tiny_model().encoder
calls = []
def slowly(*_):
    calls.append(1)
    time.sleep(0.05)
encoder.register_forward_hook(slowly)
store = Kept(Path(sys.argv[1]), encoder)
heard = hear_files(sorted(Path(sys.argv[2]).glob("*.wav")), store)
print(json.dumps([len(calls), heard.new, sorted(heard.digests.values())]))
"""


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "songs"
    folder.mkdir()
    for seed in range(6):
        soundfile.write(folder / f"{seed}.wav", clip(seed, 0.1), RATE)
    return sorted(folder.iterdir())


def elsewhere(store: Path, songs: list[Path]) -> subprocess.Popen[str]:
    """A process of its own that hears the songs, slowly."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    command = [sys.executable, "-c", PROGRAM, str(store), str(songs[0].parent)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_bad_files_are_named_and_the_others_heard(songs: list[Path], tmp_path: Path) -> None:
    bad = {tmp_path / "none.wav": "no such file", tmp_path / "text.mp3": "no sound",
           tmp_path / "short.wav": "too short"}  # fmt: skip
    (tmp_path / "text.mp3").write_text("no music")
    soundfile.write(tmp_path / "short.wav", clip(0)[:300], RATE)
    named: dict[Path, str] = {}
    done: list[int] = []
    store = open_cache(tmp_path / "store", tiny_model().encoder)
    heard = precompute(
        [songs[0], *bad, *songs[1:], songs[0]],
        store,
        on_error=named.__setitem__,
        progress=done.append,
    )
    assert list(heard.digests) == songs
    assert heard.failed == named
    assert named.keys() == bad.keys()
    for path, why in bad.items():
        assert named[path].startswith(f"{path}: ")
        assert why in named[path]
        assert "\n" not in named[path]
    assert (heard.new, done) == (6, list(range(1, 10)))
    again = precompute(iter(songs), store, workers=2)  # and none has to begin
    assert (again.new, again.digests) == (0, heard.digests)


def test_a_full_store_ends_the_run(songs: list[Path], tmp_path: Path) -> None:
    store = open_cache(tmp_path / "store", tiny_model().encoder)
    place = store.path(store.digest(songs[0]))
    place.parent.write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        precompute(songs, store)
    with pytest.raises(UsageError, match="at least one worker"):
        precompute(songs, store, workers=0)


def test_threads_hear_what_one_does(songs: list[Path], tmp_path: Path) -> None:
    """As beside a GPU."""
    encoder = tiny_model().encoder
    stores = [open_cache(tmp_path / name, encoder) for name in ("one", "many")]
    alone = precompute(songs, stores[0])
    with ThreadPoolExecutor(3) as pool:
        outcomes = list(_spread(pool, songs, 3, lambda path: _one(stores[1], path)))
    assert {outcome.path: outcome.digest for outcome in outcomes} == alone.digests
    for digest in alone.digests.values():
        one, many = (store.get(digest) for store in stores)
        np.testing.assert_array_equal(one, many)


@pytest.mark.slow
def test_processes_hear_what_one_does(songs: list[Path], tmp_path: Path) -> None:
    encoder = tiny_model().encoder
    stores = [open_cache(tmp_path / name, encoder) for name in ("one", "two")]
    (tmp_path / "text.mp3").write_text("no music")
    heard = [
        precompute([*songs, tmp_path / "text.mp3"], store, workers=count)
        for store, count in zip(stores, (1, 2), strict=True)
    ]
    assert heard[1].digests.keys() == heard[0].digests.keys()
    assert (heard[1].new, heard[1].failed) == (6, heard[0].failed)
    for path, digest in heard[0].digests.items():
        assert heard[1].digests[path] == digest
        one, two = (store.get(digest) for store in stores)
        np.testing.assert_allclose(one, two, rtol=2e-3, atol=1e-4)


@pytest.mark.slow
def test_killed_on_the_way_it_goes_on(songs: list[Path], tmp_path: Path) -> None:
    store = tmp_path / "store"
    with elsewhere(store, songs) as killed:
        while len(list(store.rglob("*.npy"))) < 2:
            assert killed.poll() is None
            time.sleep(0.005)
        killed.kill()
    kept = len(list(store.rglob("*.npy")))
    assert 2 <= kept < len(songs)
    calls, new, digests = json.loads(elsewhere(store, songs).communicate()[0].splitlines()[-1])
    assert calls == new == len(songs) - kept
    assert len(digests) == len(songs)


@pytest.mark.slow
def test_two_fill_one_store(songs: list[Path], tmp_path: Path) -> None:
    both = [elsewhere(tmp_path / "store", songs) for _ in range(2)]
    said = [json.loads(each.communicate()[0].splitlines()[-1]) for each in both]
    assert said[0][2] == said[1][2]
    store = open_cache(tmp_path / "store", tiny_model().encoder)
    assert all(store.get(digest) is not None for digest in said[0][2])
    assert precompute(songs, store).new == 0
    assert not list(store.folder.rglob("*.part"))
