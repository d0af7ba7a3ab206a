"""Each content is listened to once, whoever asks; the bound holds; refusals are remembered, faults are not."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import cast

import pytest

from mullama.errors import AudioError
from mullama.song import Song
from mullama.song_cache import REFUSAL_BYTES, SongCache, UnreadableError


@dataclass
class Sized:
    """All that the cache sees of a song."""

    nbytes: int = 1000


def song(nbytes: int = 1000) -> Song:
    return cast(Song, Sized(nbytes))


def test_many_callers_are_served_by_one_listening() -> None:
    cache, heard, all_here = SongCache(10_000), [], threading.Barrier(8)

    def listen() -> Song:
        heard.append(song())
        return heard[-1]

    def ask(_: int) -> Song:
        all_here.wait(10)
        return cache.get("a", listen)

    with ThreadPoolExecutor(8) as threads:
        assert {id(got) for got in threads.map(ask, range(8))} == {id(heard[0])}
    assert len(heard) == 1
    assert (cache.count, cache.nbytes) == (1, 1000)


def test_the_least_recently_used_goes_first() -> None:
    cache = SongCache(2500)
    kept = {name: cache.get(name, song) for name in ("a", "b")}
    assert cache.get("a", song) is kept["a"]
    cache.get("c", song)
    assert (cache.count, cache.nbytes) == (2, 2000)
    assert cache.get("a", song) is kept["a"]
    assert cache.get("b", song) is not kept["b"]


def test_a_song_larger_than_the_cache_is_given_and_crowds_out_the_others() -> None:
    cache = SongCache(2500)
    cache.get("a", song)
    large = cache.get("large", lambda: song(9000))
    assert large.nbytes == 9000
    assert cache.count == 1


def test_what_is_no_music_is_refused_again_without_listening() -> None:
    cache, tries = SongCache(10_000), []

    def listen() -> Song:
        tries.append(1)
        raise UnreadableError("one.mp3", AudioError("one.mp3: no music"))

    for _ in range(3):
        with pytest.raises(AudioError, match="no music"):
            cache.get("a", listen)
    assert len(tries) == 1
    assert cache.nbytes == REFUSAL_BYTES
    told = UnreadableError("one.mp3", AudioError("one.mp3: no music")).under("two.mp3")
    assert (type(told), str(told)) == (AudioError, "two.mp3: no music")


def test_another_fault_is_tried_again() -> None:
    cache = SongCache(10_000)

    def fail() -> Song:
        raise MemoryError

    with pytest.raises(MemoryError):
        cache.get("a", fail)
    assert cache.count == 0
    assert cache.get("a", song).nbytes == 1000
