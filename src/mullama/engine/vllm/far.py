"""A row and its song -> tokens that a vLLM makes, on an event loop of its own thread.

At most as many requests at a time as were agreed; one that was not answered at all is tried again, and so is
one whose adapter the server has forgotten. Knows no tickets.
"""

import asyncio
import math
import threading
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextlib import aclosing
from typing import Any, TypeVar

from mullama.answer.decoding import Token
from mullama.answer.rolling import Row
from mullama.checkpoints.export.language_digest import SERVED, served_name
from mullama.checkpoints.export.song_adapter import AdapterMaker
from mullama.engine.vllm.client import UnknownAdapterError, VllmClient
from mullama.engine.vllm.shelf import Place, Shelf
from mullama.errors import Closed, EngineFailed, TimeLimit, Unavailable
from mullama.song import Song

T = TypeVar("T")
TRIES = 4
"""How often a request is sent that is not answered."""
PAUSE_SECONDS = 0.25
"""Before the second; twice that before the third, and so on."""
ANSWER_SECONDS = 3600.0
"""How long an answer may take, whatever its caller allows."""
CLOSE_SECONDS = 5.0
"""How long closing waits for connections to end."""


class Far:
    """One server, and the songs that it knows. Threads may share it."""

    def __init__(
        self,
        base: str,
        place: Place,
        maker: AdapterMaker,
        *,
        model: str,
        stop: frozenset[int],
        at_once: int,
        adapter_bytes: int,
    ) -> None:
        """Connect, and check who is there; `model` is the digest of its language model.

        Raises EngineFailed for another server than the export of that model, or one that takes no adapters;
        Unavailable where there is none; UsageError where the adapters of `at_once` answers do not fit.
        """
        self._place, self._stop = place, stop
        self.at_once = at_once
        self.longest: int | None = None
        """Tokens of the longest text that the server reads."""
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mullama-far", daemon=True)
        self._thread.start()
        self._closed = False
        self._client = VllmClient(base, at_once + 4)
        self.shelf = Shelf(place, adapter_bytes, self._client, maker, model)
        self._room = asyncio.Semaphore(at_once)
        try:
            self.wait(self._open(served_name(model)))
        except BaseException:
            self.close()
            raise

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """What comes of some work on the loop. For other threads."""
        return self.begin(work).result()

    def begin(self, work: Coroutine[Any, Any, T]) -> "Future[T]":
        """Begin some work on the loop. For other threads."""
        if self._closed:
            work.close()
            raise Closed("the connection to vLLM is closed")
        return asyncio.run_coroutine_threadsafe(work, self.loop)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function on the loop, soon; never once it is closed."""
        if not self._closed:
            self.loop.call_soon_threadsafe(function, *arguments)

    def close(self) -> None:
        """Give up what runs, close all connections and leave the folder to others."""
        if self._closed:
            return
        self._closed = True
        asyncio.run_coroutine_threadsafe(self._end(), self.loop)
        if threading.current_thread() is not self._thread:
            self._thread.join(CLOSE_SECONDS)

    async def tokens(self, row: Row, song: Song) -> AsyncGenerator[Token, None]:
        """The answer to a row about a song; sets `row.finished` with the last token, or after it.

        Whoever closes the iterator ends the server's work.
        """
        try:
            async with self._room, self.shelf.held(song) as name, asyncio.timeout(ANSWER_SECONDS):
                async for token in self._tokens(row, name):
                    yield token
        except TimeoutError as error:
            raise TimeLimit("vLLM did not end an answer within an hour") from error

    async def _tokens(self, row: Row, name: str) -> AsyncGenerator[Token, None]:
        for attempt in range(TRIES):
            try:
                async with aclosing(self._client.complete(row, name, self._stop)) as pieces:
                    async for piece in pieces:
                        row.finished = piece.finished
                        for token in piece.tokens:
                            row.made += 1
                            yield token
                return
            except (Unavailable, UnknownAdapterError) as error:
                if row.made or attempt == TRIES - 1:
                    raise
                await self._mend(error, name, attempt)

    async def likelihoods(
        self,
        songs: Sequence[Song],
        prompts: Sequence[Sequence[int]],
        answers: Sequence[tuple[int, Sequence[int]]],
    ) -> list[float]:
        """See `MuLlama.score`. What answers begin with alike is asked about once, token by token."""
        paths = [
            [(place, tuple(answer[: end + 1])) for end in range(len(answer))]
            for place, answer in answers
        ]
        steps = list(dict.fromkeys(step for path in paths for step in path))
        asked = [self._likelihood(songs[n], [*prompts[n], *said]) for n, said in steps]
        found = dict(zip(steps, await asyncio.gather(*asked), strict=True))
        return [math.fsum(found[step] for step in path) for path in paths]

    async def _likelihood(self, song: Song, tokens: list[int]) -> float:
        """How likely the last token is behind the others."""
        async with self._room, self.shelf.held(song) as name:
            for attempt in range(TRIES):
                try:
                    return await self._client.likelihood(tokens[:-1], tokens[-1], name)
                except (Unavailable, UnknownAdapterError) as error:
                    if attempt == TRIES - 1:
                        raise
                    await self._mend(error, name, attempt)
        raise AssertionError("the last try returns or raises")

    async def _mend(self, error: Exception, name: str, attempt: int) -> None:
        """Before another try."""
        if isinstance(error, UnknownAdapterError):
            await self.shelf.load_again(name)
        else:
            await asyncio.sleep(PAUSE_SECONDS * 2**attempt)

    async def _open(self, expected: str) -> None:
        served = await self._client.models()
        if expected not in served:
            others = [name for name in served if name.startswith(SERVED)]
            some = f"{next(iter(served))[:80]!r}, no export of ours"
            found = f"the export {others[0][:80]}" if others else some
            raise EngineFailed(
                f"that vLLM serves {found}; this model's is {expected}: mullama export --for vllm, and "
                "vllm serve DIR --config DIR/vllm.yaml"
            )
        if not await self._client.may_load():
            raise EngineFailed(
                "that vLLM takes no adapters while it runs: start it with "
                "VLLM_ALLOW_RUNTIME_LORA_UPDATING=1, on a port that nobody else reaches"
            )
        self.longest = served[expected]
        await self.shelf.open(self.at_once)

    async def _end(self) -> None:
        left = asyncio.all_tasks() - {asyncio.current_task()}
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        await self._client.close()
        self._place.close()
        self.loop.call_soon(self.loop.stop)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_forever()
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        finally:
            self.loop.close()
