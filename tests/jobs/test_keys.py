"""Sets, maps and lists of keys answer as those of Python do."""

import random

import numpy as np
import pytest

from mullama.jobs.keys import DigestMap, Key, KeyList, KeySet


def test_a_set_knows_what_it_was_given() -> None:
    keys: list[Key] = ["a", "b", ("a", "b"), ("a", 1), ("a", "1"), "('a', 1)", "\udce9", "?", ""]
    known = KeySet(keys[::2])
    assert [key in known for key in keys] == [True, False] * 4 + [True]
    known.add("a")
    assert len(known) == 5
    known.clear()
    assert not len(known)


@pytest.mark.parametrize("seed", range(5))
def test_places_are_those_of_a_list(seed: int) -> None:
    rng = random.Random(seed)
    own = [f"k{number}" for number in rng.sample(range(200), 120)]
    wanted = [f"k{number}" for number in rng.choices(range(200), k=150)]
    places = KeyList(own).places_of(KeyList(wanted))
    assert places.tolist() == [own.index(key) for key in dict.fromkeys(wanted) if key in own]
    again = KeyList(own).taken(places)
    assert len(again) == len(places)
    assert (
        again.places_of(KeyList(own)).tolist()
        == again.places_of(KeyList([key for key in own if key in wanted])).tolist()
    )


def test_empty_lists() -> None:
    empty, one = KeyList(), KeyList(["a"])
    assert empty.places_of(one).tolist() == one.places_of(empty).tolist() == []
    assert len(one.taken(np.empty(0, np.int64))) == 0


@pytest.mark.parametrize("value_bytes", [0, 1, 16, 32])
def test_a_map_answers_as_a_dict(value_bytes: int) -> None:
    """With digests of few kinds of bytes, which are also found across two others and within values."""
    rng, known = random.Random(value_bytes), DigestMap(value_bytes)
    true: dict[bytes, bytes] = {}
    for _ in range(2000):
        digest = bytes(rng.choices((0, 255), (15, 1), k=16))
        assert (digest in known) == (digest in true)
        assert known.get(digest) == true.get(digest)
        true[digest] = bytes(rng.choices((0, 255), (15, 1), k=value_bytes))
        known.set(digest, true[digest])
    assert len(known) == len(true) < 2000
    assert {digest: known.get(digest) for digest in true} == true


def test_what_has_another_size_is_not_taken() -> None:
    known = DigestMap(2)
    for digest, value in ((b"x" * 15, b"ab"), (b"x" * 16, b"a")):
        with pytest.raises(ValueError, match="expected 18"):
            known.set(digest, value)
    assert len(known) == 0
