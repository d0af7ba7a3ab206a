"""Requests wait for their turn; what servers say about waiting is understood."""

import asyncio
import time
from email.utils import formatdate

import pytest

from mullama.musicqa.writers.pace import MAX_HOLD, Pace, retry_after


def elapsed(pace: Pace, turns: int) -> float:
    async def take() -> None:
        await asyncio.gather(*(pace.turn() for _ in range(turns)))

    begin = time.monotonic()
    asyncio.run(take())
    return time.monotonic() - begin


def test_without_a_limit_no_request_waits() -> None:
    assert elapsed(Pace(), 100) < 1


def test_turns_are_spaced() -> None:
    assert 0.19 < elapsed(Pace(1200), 5) < 2


def test_a_hold_stops_all_requests() -> None:
    for pace in (Pace(), Pace(60_000)):
        pace.hold(0.1)
        assert 0.09 < elapsed(pace, 3) < 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after": "1e9"}, MAX_HOLD),
        ({"retry-after": formatdate(0, usegmt=True)}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({}, None),
    ],
)
def test_servers_say_how_long_to_wait(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_a_date_is_a_time_from_now() -> None:
    told = retry_after({"retry-after": formatdate(time.time() + 60, usegmt=True)})
    assert told is not None
    assert 55 < told <= 60
