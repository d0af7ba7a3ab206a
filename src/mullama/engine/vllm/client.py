"""The calls to a vLLM: its models, its adapters, its completions. Knows neither songs nor tickets.

Every reply is bounded in bytes and in time, redirects are not followed, and proxies of the environment are
not used. What may pass (no connection, too busy) is Unavailable; whatever else is EngineFailed.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

from mullama.answer.rolling import Row
from mullama.answer_options import KEY_VARIABLE
from mullama.engine.vllm.completion import (
    Piece,
    likelihood_request,
    malformed,
    message,
    parsed,
    read_event,
    read_likelihood,
    request,
)
from mullama.errors import EngineFailed, Unavailable

MAX_REPLY = 32 << 20
MAX_LINE = 1 << 20
"""Of one event; twenty likelihoods take a kilobyte."""
CONNECT_SECONDS, CALL_SECONDS = 10.0, 300.0
"""For a connection, and for a whole reply that is no stream; likelihoods may wait for their turn."""
SILENT_SECONDS = 600.0
"""How long an answer may bring no token: others may be before it."""
BUSY = (408, 429, 502, 503, 504)
"""Statuses that say: come again."""
LOAD, UNLOAD = "/v1/load_lora_adapter", "/v1/unload_lora_adapter"


class UnknownAdapterError(EngineFailed):
    """The server does not know an adapter, or not any more."""


class VllmClient:
    """One server. For one event loop."""

    def __init__(self, base: str, connections: int) -> None:
        """`base` is what stands before /v1 (see address.py)."""
        self._key = key = os.environ.get(KEY_VARIABLE, "")
        self._http = httpx.AsyncClient(
            base_url=base,
            headers={"authorization": f"Bearer {key}"} if key else {},
            trust_env=False,
            follow_redirects=False,
            timeout=httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS, pool=None),
            limits=httpx.Limits(max_connections=connections),
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def models(self) -> dict[str, int | None]:
        """Name of what it serves, the base before adapters -> its longest text, where it says so."""
        cards = (await self._call("GET", "/v1/models")).get("data")
        found: dict[str, int | None] = {}
        for card in cards if isinstance(cards, list) else ():
            name = card.get("id") if isinstance(card, dict) else None
            longest = card.get("max_model_len") if isinstance(card, dict) else None
            if not isinstance(name, str) or not (longest is None or type(longest) is int):
                raise malformed("a list of models that is none")
            found[name] = longest
        if not found:
            raise malformed("a list of models that is none")
        return found

    async def load(self, name: str, folder: Path) -> None:
        """Let it read an adapter; one that it has already under that name is as good."""
        try:
            await self._call("POST", LOAD, {"lora_name": name, "lora_path": str(folder)}, text=True)
        except EngineFailed as error:
            if "already been loaded" not in str(error):
                raise

    async def unload(self, name: str) -> None:
        """Let it forget an adapter, whether it has it or not."""
        with suppress(UnknownAdapterError):
            await self._call("POST", UNLOAD, {"lora_name": name}, text=True)

    async def may_load(self) -> bool:
        """Whether adapters can be loaded while it runs."""
        async with self._reply("GET", LOAD) as reply:
            return reply.status_code == 405

    async def likelihood(self, tokens: Sequence[int], then: int, model: str) -> float:
        """How likely the token `then` is behind others: a natural logarithm."""
        body = likelihood_request(tokens, then, model)
        return read_likelihood(await self._call("POST", "/v1/completions", body), then)

    async def complete(
        self, row: Row, model: str, stop: frozenset[int]
    ) -> AsyncGenerator[Piece, None]:
        """The answer to a row by an adapter, as it comes; closing the iterator stops the server's work."""
        made = 0
        async with self._reply("POST", "/v1/completions", request(row, model, stop)) as reply:
            await self._check(reply)
            if "text/event-stream" not in reply.headers.get("content-type", ""):
                raise malformed("no stream of events")
            async for line in _lines(reply):
                piece = read_event(line, row, stop, self._key)
                if piece is None:
                    continue
                made += len(piece.tokens)
                if made > row.sampling.max_new_tokens:
                    raise malformed("more tokens than it was asked for")
                yield piece
                if piece.finished is not None:
                    return
        raise Unavailable("vLLM ended an answer in the middle: ask again")

    async def _call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, text: bool = False
    ) -> dict[str, Any]:
        """A whole reply; with `text` it need not be JSON, and nothing of it is told."""
        try:
            async with (
                asyncio.timeout(CALL_SECONDS),
                self._reply(method, path, body) as reply,
            ):
                await self._check(reply)
                data = await _body(reply)
        except TimeoutError as error:
            raise Unavailable("vLLM does not answer in time: ask again later") from error
        return {} if text else parsed(data)

    @asynccontextmanager
    async def _reply(
        self, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> AsyncIterator[httpx.Response]:
        try:
            async with self._http.stream(method, path, json=body) as reply:
                yield reply
        except httpx.TimeoutException as error:
            raise Unavailable("vLLM does not answer: ask again later") from error
        except httpx.TransportError as error:
            raise Unavailable(f"vLLM cannot be reached: {type(error).__name__}") from error
        except httpx.HTTPError as error:
            raise malformed(f"what HTTP has not: {type(error).__name__}") from error

    async def _check(self, reply: httpx.Response) -> None:
        """Raise what a status other than 200 says."""
        status = reply.status_code
        if status == 200:
            return
        try:
            said = message(parsed(await _body(reply)), self._key)
        except EngineFailed:
            said = "it does not say why"
        if status in BUSY:
            raise Unavailable(f"vLLM is not ready, status {status}: {said}")
        if status in (401, 403):
            raise EngineFailed(f"vLLM wants another key than {KEY_VARIABLE} has: {said}")
        if status == 404:
            raise UnknownAdapterError(f"vLLM does not know what it was asked for: {said}")
        raise EngineFailed(f"vLLM refused a request with status {status}: {said}")


async def _body(reply: httpx.Response) -> bytes:
    data = bytearray()
    async for chunk in reply.aiter_bytes():
        data += chunk
        if len(data) > MAX_REPLY:
            raise malformed(f"a reply of more than {MAX_REPLY} bytes")
    return bytes(data)


async def _lines(reply: httpx.Response) -> AsyncIterator[bytes]:
    """Lines of a bounded length, and not too many bytes of them."""
    rest, total = b"", 0
    async for chunk in reply.aiter_bytes():
        total += len(chunk)
        *lines, rest = (rest + chunk).split(b"\n")
        if total > MAX_REPLY or len(rest) > MAX_LINE:
            raise malformed("an answer without an end")
        for line in lines:
            yield line.strip()
