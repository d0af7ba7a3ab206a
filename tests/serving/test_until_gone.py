"""Work ends with its client, and is never left running."""

import asyncio
from collections.abc import MutableMapping
from typing import Any

import pytest

pytest.importorskip("starlette")

from mullama.errors import Cancelled, UsageError
from mullama.serving.until_gone import until_gone


class Client:
    """A connection that closes when it is told to."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()

    async def receive(self) -> MutableMapping[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}


def test_the_result_and_an_error_come_through() -> None:
    async def answer() -> int:
        return 3

    async def refuse() -> int:
        raise UsageError("no")

    async def both() -> None:
        assert await until_gone(Client().receive, answer()) == 3
        with pytest.raises(UsageError, match="no"):
            await until_gone(Client().receive, refuse())
        assert len(asyncio.all_tasks()) == 1, "the wait for the client goes on"

    asyncio.run(both())


def test_a_client_that_leaves_ends_the_work() -> None:
    ended = []

    async def work(client: Client) -> None:
        client.gone.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def leave() -> None:
        client = Client()
        with pytest.raises(Cancelled):
            await until_gone(client.receive, work(client))

    asyncio.run(leave())
    assert ended == [True]
