"""Callers take turns."""

import random
from collections import Counter

from mullama.engine.fair_queue import FairQueue


def drained(queue: FairQueue[str]) -> list[str]:
    return [queue.pop({}) for _ in range(len(queue))]


def test_one_who_asks_much_waits_for_the_others() -> None:
    queue: FairQueue[str] = FairQueue()
    for caller, count in (("a", 4), ("b", 1), ("c", 2)):
        for number in range(count):
            queue.put(caller, f"{caller}{number}")
    assert drained(queue) == ["a0", "b0", "c0", "a1", "c1", "a2", "a3"]


def test_whoever_is_served_least_is_next() -> None:
    queue: FairQueue[str] = FairQueue()
    for item in ("a0", "b0", "a1", "c0"):
        queue.put(item[0], item)
    assert queue.pop({"a": 2, "b": 1}) == "c0"
    assert queue.pop({"a": 2, "b": 1}) == "b0"
    assert drained(queue) == ["a0", "a1"]


def test_what_goes_leaves_no_trace() -> None:
    queue: FairQueue[str] = FairQueue()
    queue.put("a", "a0")
    assert not queue.discard("b", "a0")
    assert queue.discard("a", "a0")
    assert not queue.discard("a", "a0")
    assert len(queue) == 0
    assert not queue._lines


def test_nothing_is_lost_and_lines_keep_their_order() -> None:
    some, queue = random.Random(1), FairQueue[tuple[str, int]]()
    put: Counter[str] = Counter()
    found: dict[str, list[int]] = {}
    for _ in range(3000):
        if some.random() < 0.55 or not len(queue):
            caller = some.choice("abcdef")
            queue.put(caller, (caller, put[caller]))
            put[caller] += 1
        else:
            caller, number = queue.pop({some.choice("abcdef"): some.randrange(3)})
            found.setdefault(caller, []).append(number)
    while len(queue):
        caller, number = queue.pop({})
        found[caller].append(number)
    assert found == {caller: list(range(count)) for caller, count in put.items()}
