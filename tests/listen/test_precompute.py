"""Many files at once: here, in threads, in processes, on Ray, killed on the way, with bad ones among them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch

from mullama.errors import UsageError
from mullama.listen.cache import ListeningCache, open_cache
from mullama.listen.encoders.mert import MertEncoder
from mullama.listen.listening import DeviceMemoryError
from mullama.listen.precompute import Engine, precompute
from paths import TESTS
from tiny import RATE, clip, tiny_model

PROGRAM = """
import json, sys, time
from pathlib import Path
import torch
torch.set_num_threads(1)
from mullama.listen.cache import open_cache
from mullama.listen.precompute import precompute
from tiny import tiny_model
encoder = tiny_model().encoder
calls = []
def slowly(*_):
    calls.append(1)
    time.sleep(0.05)
encoder.register_forward_hook(slowly)
cache = open_cache(Path(sys.argv[1]), encoder)
report = precompute(sorted(Path(sys.argv[2]).glob("*.wav")), cache)
print(json.dumps([len(calls), report.new, sorted(report.digests.values())]))
"""


class DeadlyEncoder(MertEncoder):
    """Ends its process at sounds of a certain length."""

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        if windows.shape[1] == 3333:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().forward(windows)


class HungryEncoder(MertEncoder):
    """Has no room for sounds of a certain length."""

    def forward(self, windows: torch.Tensor) -> torch.Tensor:
        if windows.shape[1] == 3333:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return super().forward(windows)


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "songs"
    folder.mkdir()
    for seed in range(6):
        soundfile.write(folder / f"{seed}.wav", clip(seed, 0.1), RATE)
    return sorted(folder.iterdir())


@pytest.fixture
def cache(tmp_path: Path) -> ListeningCache:
    return open_cache(tmp_path / "cache", tiny_model().encoder)


def cache_with(kind: type[MertEncoder], folder: Path) -> ListeningCache:
    return open_cache(folder, kind(tiny_model().config.audio_config).eval())


def elsewhere(cache: Path, songs: list[Path]) -> subprocess.Popen[str]:
    """A process of its own that encodes the songs, slowly."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sys.path, str(TESTS)])}
    command = [sys.executable, "-c", PROGRAM, str(cache), str(songs[0].parent)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def test_bad_files_are_named_and_the_others_encoded(
    songs: list[Path], cache: ListeningCache, tmp_path: Path
) -> None:
    bad = {tmp_path / "none.wav": "no such file", tmp_path / "text.mp3": "no sound",
           tmp_path / "short.wav": "too short"}  # fmt: skip
    (tmp_path / "text.mp3").write_text("no music")
    soundfile.write(tmp_path / "short.wav", clip(0)[:300], RATE)
    named: dict[Path, str] = {}
    done: list[int] = []
    report = precompute(
        [songs[0], *bad, *songs[1:], songs[0]],
        cache,
        on_error=named.__setitem__,
        progress=done.append,
    )
    assert list(report.digests) == songs
    assert report.failed == named
    assert named.keys() == bad.keys()
    for path, why in bad.items():
        assert named[path].startswith(f"{path}: ")
        assert named[path].count(str(path)) == 1
        assert why in named[path]
        assert "\n" not in named[path]
    assert (report.new, done) == (6, list(range(1, 10)))
    again = precompute(iter(songs), cache, workers=2)  # and none has to begin
    assert (again.new, again.digests) == (0, report.digests)


def test_a_full_disk_ends_the_run(songs: list[Path], cache: ListeningCache) -> None:
    path = cache.path(cache.digest(songs[0]))
    path.parent.write_text("in the way")
    with pytest.raises(UsageError, match="cannot be written"):
        precompute(songs, cache)


def test_no_workers_are_refused(songs: list[Path], cache: ListeningCache) -> None:
    with pytest.raises(UsageError, match="at least one worker"):
        precompute(songs, cache, workers=0)


@pytest.mark.parametrize(
    "engine",
    [
        "threads",
        pytest.param("processes", marks=pytest.mark.slow),
        pytest.param("ray", marks=[pytest.mark.slow, pytest.mark.filterwarnings("ignore")]),
    ],
)
def test_every_engine_does_what_one_thread_does(
    songs: list[Path], tmp_path: Path, engine: Engine
) -> None:
    if engine == "ray":
        pytest.importorskip("ray")
    encoder = tiny_model().encoder
    caches = [open_cache(tmp_path / name, encoder, max_seconds=0.5) for name in ("one", "many")]
    (tmp_path / "text.mp3").write_text("no music")
    soundfile.write(tmp_path / "long.wav", clip(0, 0.6), RATE)
    files = [*songs, tmp_path / "text.mp3", tmp_path / "long.wav"]
    alone = precompute(files, caches[0])
    many = precompute(files, caches[1], engine=engine, workers=2)
    assert many.digests == alone.digests
    assert (many.new, many.failed) == (6, alone.failed)
    for digest in alone.digests.values():
        one, other = (cache.get(digest) for cache in caches)
        np.testing.assert_allclose(one, other, rtol=2e-3, atol=1e-4)
    assert not list(tmp_path.rglob("*.safetensors"))


@pytest.mark.slow
def test_a_dead_worker_costs_one_file(songs: list[Path], tmp_path: Path) -> None:
    soundfile.write(tmp_path / "deadly.wav", clip(0)[:3333], RATE)
    cache = cache_with(DeadlyEncoder, tmp_path / "cache")
    files = [*songs[:3], tmp_path / "deadly.wav", *songs[3:]]
    report = precompute(files, cache, engine="processes", workers=2)
    assert report.failed == {
        tmp_path / "deadly.wav": f"{tmp_path / 'deadly.wav'}: the worker process died (SIGKILL)"
    }
    assert sorted(report.digests) == songs


@pytest.mark.parametrize("engine", ["here", pytest.param("processes", marks=pytest.mark.slow)])
def test_a_full_memory_is_not_a_files_fault(
    songs: list[Path], tmp_path: Path, engine: Engine
) -> None:
    soundfile.write(tmp_path / "large.wav", clip(0)[:3333], RATE)
    cache = cache_with(HungryEncoder, tmp_path / "cache")
    with pytest.raises(
        DeviceMemoryError, match="do not fit into the memory of cpu: take fewer work"
    ):
        precompute([*songs, tmp_path / "large.wav"], cache, engine=engine, workers=1)
    assert precompute(songs, cache).new == 0  # what was done before is there


@pytest.mark.slow
def test_after_a_kill_the_rest_is_done(songs: list[Path], tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    with elsewhere(cache, songs) as killed:
        while len(list(cache.rglob("*.npy"))) < 2:
            assert killed.poll() is None
            time.sleep(0.005)
        killed.kill()
    cached = len(list(cache.rglob("*.npy")))
    assert 2 <= cached < len(songs)
    calls, new, digests = json.loads(elsewhere(cache, songs).communicate()[0].splitlines()[-1])
    assert calls == new == len(songs) - cached
    assert len(digests) == len(songs)


@pytest.mark.slow
def test_two_fill_one_cache(songs: list[Path], tmp_path: Path) -> None:
    both = [elsewhere(tmp_path / "cache", songs) for _ in range(2)]
    said = [json.loads(each.communicate()[0].splitlines()[-1]) for each in both]
    assert said[0][2] == said[1][2]
    cache = open_cache(tmp_path / "cache", tiny_model().encoder)
    assert all(cache.get(digest) is not None for digest in said[0][2])
    assert precompute(songs, cache).new == 0
    assert not list(cache.folder.rglob("*.part"))
