"""A request -> the reply of a language model behind an endpoint of OpenAI's chat completions.

Servers differ: what one refuses of a request (a JSON schema, a seed, ...) is left out from then on.
A busy, broken or silent server is asked again, later and later, or when it says. What it says goes on
without the key that was sent to it. Does not know what is asked.
"""

import asyncio
import json
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mullama.errors import MissingExtraError
from mullama.musicqa.interview.interview import Reply, Request
from mullama.musicqa.writers.address import KEY, MAX_REDIRECTS, Address, EndpointError
from mullama.musicqa.writers.completions import (
    BadCompletionError,
    Completion,
    read_completion,
)
from mullama.musicqa.writers.pace import Pace, retry_after
from mullama.musicqa.writers.redact import redactor
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer_options import WriterOptions

if TYPE_CHECKING:
    from openai import APIConnectionError, APIStatusError, AsyncOpenAI

MAX_REPLY = 4 << 20
"""Bytes of a response that are read."""
MAX_EXPLANATION = 300
"""Characters of a server's error that are passed on."""
FIRST_WAIT, MAX_WAIT = 0.5, 60.0
"""Seconds before a request is sent again; twice as long each time."""
REFUSED, DENIED, BUSY = (400, 422), (401, 403, 404), (408, 409, 425, 429)
OPTIONAL = ("response_format", "seed", "temperature", "max_tokens")
"""What may be left out of a request; the first is meant where a server does not say which."""


class NoReplyError(Exception):
    """A clip gets no reply; says why on one line."""


class RefusedError(Exception):
    """The server does not take the request as it is."""


class BusyError(Exception):
    """Worth asking again: in `hold` seconds, where the server says so."""

    def __init__(self, why: str, hold: float | None = None) -> None:
        super().__init__(why)
        self.hold = hold


class Endpoint:
    """Replies to requests, many at once, within one event loop."""

    def __init__(self, address: Address, options: WriterOptions, usage: Usage) -> None:
        self._url, self._model, key = address.url, address.model, address.key
        self._redact = redactor(key)
        self._options, self._usage = options, usage
        self._client = _client(address, key)
        self._pace = Pace(options.requests_per_minute)
        self._left_out: set[str] = set()

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def reply(self, request: Request) -> Reply:
        """The reply to one request, sent as often as need be.

        Raises NoReplyError when it gets none, EndpointError when no other would.
        """
        left_out = set(self._left_out)
        if request.schema is None:
            left_out.add(OPTIONAL[0])
        jitter = random.Random(request.seed)
        wait, tries = FIRST_WAIT, 0
        while True:
            await self._pace.turn()
            self._usage.requests += 1
            try:
                completion = await self._post(self._body(request, left_out))
            except RefusedError as error:
                if not _leave_out(left_out, str(error)):
                    raise NoReplyError(str(error)) from error
                continue
            except BusyError as error:
                tries += 1
                if tries > self._options.retries:
                    raise NoReplyError(f"{error}, {tries} times") from error
                self._pace.hold(error.hold or 0.0)
                # Not all at the same moment: those that were sent off together come back apart.
                await asyncio.sleep((error.hold or 0.0) + wait * jitter.uniform(0.5, 1.0))
                wait = min(2 * wait, MAX_WAIT)
            else:
                self._left_out |= left_out
                self._usage.add(completion.tokens_in, completion.tokens_out)
                return completion.reply

    async def _post(self, body: dict[str, Any]) -> Completion:
        """One request; raises EndpointError, RefusedError, BusyError or NoReplyError."""
        from openai import APIConnectionError, APIStatusError

        try:
            async with asyncio.timeout(self._options.timeout):
                completion = read_completion(await _receive(self._client, body))
        except TimeoutError as error:
            raise BusyError(f"no reply in {self._options.timeout:g} s") from error
        except APIConnectionError as error:
            raise self._connection_error(error) from error
        except BadCompletionError as error:
            raise BusyError(str(error)) from error
        except APIStatusError as error:
            why = self._explain(error)
            if error.status_code in DENIED:
                raise EndpointError(self._denial(error.status_code)) from error
            if error.status_code in REFUSED:
                raise RefusedError(why) from error
            if error.status_code >= 500 or error.status_code in BUSY:
                raise BusyError(why, retry_after(error.response.headers)) from error
            raise NoReplyError(why) from error
        text = self._redact(completion.reply.text)
        return replace(completion, reply=replace(completion.reply, text=text))

    def _connection_error(self, error: "APIConnectionError") -> Exception:
        """What to raise where there is no response."""
        cause = error.__cause__
        if isinstance(cause, EndpointError):  # a redirect that was not followed
            return EndpointError(str(cause))
        # Which HTTP library is below, and so the class, varies by version.
        if type(cause).__name__ == "TooManyRedirects":
            return EndpointError(f"{self._url} redirects more than {MAX_REDIRECTS} times")
        return BusyError("the connection failed")

    def _body(self, request: Request, left_out: set[str]) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self._model,
            "messages": list(request.messages),
            "temperature": self._options.temperature,
            "max_tokens": self._options.max_tokens,
            "seed": request.seed,
        }
        if request.schema is not None:
            schema = {"name": request.schema_name, "strict": True, "schema": request.schema}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        return {name: value for name, value in body.items() if name not in left_out}

    def _explain(self, error: "APIStatusError") -> str:
        # The key goes first: half of one that is cut off would not be found.
        return self._redact(" ".join(str(error.message).split()))[:MAX_EXPLANATION]

    def _denial(self, status: int) -> str:
        if status == 404:
            return f"{self._url} knows no model {self._model!r}, or is no endpoint (404)"
        return f"{self._url} wants a valid key ({status}): set {KEY} in the environment"


def _leave_out(left_out: set[str], why: str) -> bool:
    """Whether less can be sent; the field that the server names, or the likeliest."""
    sent = [name for name in OPTIONAL if name not in left_out]
    named = [name for name in sent if name in why]
    likely = [name for name in sent if name == OPTIONAL[0]]
    left_out.update([*named, *likely][:1])
    return bool(named or likely)


def _client(address: Address, key: str) -> "AsyncOpenAI":
    try:
        from openai import AsyncOpenAI, DefaultAsyncHttpxClient
    except ImportError as error:
        raise MissingExtraError("openai", "musicqa", "writing by an endpoint") from error

    async def check(response: Any) -> None:
        address.require_same_server(response)

    transport = DefaultAsyncHttpxClient(
        event_hooks={"response": [check]}, max_redirects=MAX_REDIRECTS, timeout=None
    )
    return AsyncOpenAI(
        base_url=address.url,
        api_key=key or "none",
        timeout=None,
        max_retries=0,
        http_client=transport,
    )


async def _receive(client: "AsyncOpenAI", body: dict[str, Any]) -> Any:
    """The response as JSON; raises BadCompletionError where it is not."""
    content = bytearray()
    async with client.chat.completions.with_streaming_response.create(**body) as response:
        try:
            async for piece in response.iter_bytes():
                content += piece
                if len(content) > MAX_REPLY:
                    break
        except Exception as error:  # the HTTP library below, and so its errors, vary by version
            raise BadCompletionError("the connection was cut") from error
    if len(content) > MAX_REPLY:
        raise BadCompletionError(f"a response of more than {MAX_REPLY >> 20} MiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BadCompletionError("a response that is not JSON") from error
