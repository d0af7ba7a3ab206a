import asyncio
from collections.abc import AsyncGenerator

import pytest

from mullama.serving import event_stream
from mullama.serving.event_stream import PING, EventStream
from mullama.serving.refusals import ApiError


def test_silence_is_filled_and_what_goes_wrong_later_is_the_last_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(event_stream, "PING_SECONDS", 0.05)
    closed: list[bool] = []

    async def events() -> AsyncGenerator[bytes, None]:
        try:
            yield b"data: 1\n\n"
            await asyncio.sleep(0.2)
            yield b"data: 2\n\n"
            raise ApiError(504, "too late")
        finally:
            closed.append(True)

    async def collect() -> list[bytes]:
        stream = EventStream(events())
        await stream.ready()
        found = [piece async for piece in stream]
        await stream.aclose()
        return found

    first, *pings, second, last = asyncio.run(collect())
    assert (first, second) == (b"data: 1\n\n", b"data: 2\n\n")
    assert len(pings) >= 2
    assert set(pings) == {PING}
    assert last.startswith(b'data: {"error":{"message":"too late","type":"server_error"')
    assert closed


def test_what_goes_wrong_before_the_first_event_is_raised() -> None:
    async def events() -> AsyncGenerator[bytes, None]:
        raise ApiError(415, "no music")
        yield b""

    async def ready() -> None:
        stream = EventStream(events())
        try:
            await stream.ready()
        finally:
            await stream.aclose()

    with pytest.raises(ApiError, match="no music"):
        asyncio.run(ready())


def test_closing_stops_an_iterator_wherever_it_is() -> None:
    closed: list[bool] = []

    async def events() -> AsyncGenerator[bytes, None]:
        try:
            while True:
                yield b"data: 1\n\n"
                await asyncio.sleep(60)
        finally:
            closed.append(True)

    async def leave() -> None:
        stream = EventStream(events())
        async for _ in stream:
            break
        await stream.aclose()

    asyncio.run(asyncio.wait_for(leave(), 5))
    assert closed
