"""Rolling batches beside one answer at a time and beside static batches, by benchmarks/rolling.py."""

import argparse
from dataclasses import asdict, dataclass
from typing import Any

import rolling

import mullama
from service.found import Found


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    waiting: tuple[int, ...] = rolling.WAITING
    repeats: int = 5
    arrivals: int = 300
    load: float = 0.6
    """Share of what static batches can keep up with, at which questions arrive."""


QUICK = Size(waiting=(16,), repeats=1, arrivals=12)


def run(size: Size) -> Found:
    """In this process, without HTTP; every song is known."""
    mu, found = mullama.load("small"), Found(asdict(size))
    asked = rolling.some_asking(mu, max(size.waiting))
    rows = [rolling.waiting(mu, asked[:count], size.repeats) for count in size.waiting]
    options = argparse.Namespace(load=size.load)
    ways = rolling.arriving(mu, rolling.some_asking(mu, size.arrivals), options)
    found.figures = {"waiting": rows, "arriving": ways}
    _promise(found, rows, ways)
    return found


def _promise(found: Found, rows: list[dict[str, Any]], ways: dict[str, dict[str, float]]) -> None:
    goal = rolling.GOAL
    ratio = next(row["ratio"] for row in rows if row["waiting"] == goal["waiting"])
    found.promise(
        f"{goal['ratio']:g} times one at a time with {goal['waiting']} waiting",
        f"{ratio:.1f} times",
        ratio >= goal["ratio"],
        timed=True,
    )
    ours, static = (ways[way]["first_token_p95_seconds"] for way in ("rolling", "static"))
    found.promise(
        "the first token comes sooner than in static batches (95th percentile)",
        f"{ours:.3f} s instead of {static:.3f}",
        ours < static,
        timed=True,
    )
