"""Sets and lists of keys answer as those of Python do."""

import random

import numpy as np
import pytest

from mullama.jobs.keys import Key, KeyList, KeySet


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
