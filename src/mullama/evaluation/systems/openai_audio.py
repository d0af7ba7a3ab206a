"""Any model behind an endpoint of OpenAI's chat completions that takes audio: vLLM's, SGLang's, OpenAI's.

The client is that of `musicqa.writers`: the key comes from the environment and goes to one server, a
busy server is asked again, what it refuses of a request is left out. Audio travels inside the request.
"""

import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Annotated, Any, ClassVar, Literal

from mullama.evaluation.systems.remote import LoopThread, Outage, UnansweredError, unreachable
from mullama.evaluation.systems.sent_sound import SentSound, read_sound
from mullama.evaluation.systems.system import Reply, Request, System, as_json, checked, each
from mullama.musicqa.interview import interview
from mullama.musicqa.writers.address import Address, EndpointError
from mullama.musicqa.writers.endpoint import BusyError, Endpoint, NoReplyError
from mullama.musicqa.writers.usage import Usage
from mullama.musicqa.writers.writer_options import WriterOptions
from mullama.options import Bounds, Options

HOW = ("concurrency", "timeout", "retries", "requests_per_minute")
"""Options that change no answer."""


@dataclass(frozen=True, kw_only=True)
class OpenAIOptions(Options):
    """Which endpoint, and how it is asked. Its key is MULLAMA_API_KEY in the environment."""

    url: str
    """Ends before /chat/completions, usually in /v1."""
    model: str
    """As the endpoint calls it."""
    audio_as: Literal["input_audio", "audio_url"] = "input_audio"
    """OpenAI's part of a message, or vLLM's with a data URL."""
    audio_first: bool = True
    """Whether the audio stands before the question."""
    system_prompt: str = ""
    """What a system message says; none where it is empty."""
    rate: Annotated[int, Bounds(1000, 192_000)] = 24_000
    """Hz at which audio is sent that is neither wav nor mp3."""
    seconds: Annotated[float, Bounds(0.1, 86_400)] | None = None
    """Send only so much of the beginning."""
    max_bytes: Annotated[int, Bounds(1000, 1 << 30)] = 20_000_000
    """Of one sound; a larger one is sent as wav at `rate`, or fails."""
    temperature: Annotated[float, Bounds(0, 100)] = 0.0
    """0 takes the likeliest token."""
    max_tokens: Annotated[int, Bounds(1, 1_000_000)] = 512
    """Longest answer, in tokens."""
    seed: Annotated[int, Bounds(0, 2**31 - 1)] = 0
    """Sent with each request; not every endpoint follows it."""
    concurrency: Annotated[int, Bounds(1, 1000)] = 8
    """Questions under way at a time."""
    timeout: Annotated[float, Bounds(0.001, 86_400)] = 120.0
    """Seconds without an answer."""
    retries: Annotated[int, Bounds(0, 1000)] = 6
    """How often a question is put again when the endpoint is busy, broken or cut off."""
    requests_per_minute: Annotated[float, Bounds(0, 1e6)] = 0.0
    """Limit of requests; 0 for none."""


class OpenAIAudio(System):
    """A remote model, asked from many threads over one client."""

    options_type: ClassVar[type[Options]] = OpenAIOptions

    def __init__(self, options: Any = None, items: Sequence[Any] = ()) -> None:
        super().__init__(options, items)
        self._address = Address(self.options.url, self.options.model)
        self.concurrency = self.options.concurrency
        self._outage = Outage(self.options.url)
        self._opening = Lock()
        self._opened: tuple[LoopThread, Endpoint] | None = None

    def describe(self) -> dict[str, Any]:
        """Address, model, and how it is asked; whether the model behind it is the same, nobody tells."""
        return {key: v for key, v in as_json(self.options).items() if key not in HOW}

    def missing(self) -> list[str]:
        """A server that listens."""
        return [*super().missing(), *unreachable(self.options.url)]

    def answer(self, requests: Sequence[Request]) -> list[Reply]:
        """One after another: `concurrency` tells how many threads may come."""
        loop, endpoint = (
            self._open()
        )  # a missing library ends the job: it is no request's own failure
        return each(lambda request: self._reply(request, loop, endpoint), requests)

    def _reply(self, request: Request, loop: LoopThread, endpoint: Endpoint) -> Reply:
        """Raises AudioError, UsageError, EndpointError, or UnansweredError where it was refused."""
        message = interview.Request(tuple(self._messages(request)), self.options.seed)
        with self._outage.watch():
            try:
                reply = loop.run(endpoint.reply(message))
            except NoReplyError as error:
                busy = isinstance(error.__cause__, BusyError)
                raise (EndpointError if busy else UnansweredError)(str(error)) from error
        return Reply(checked(reply.text))

    def _messages(self, request: Request) -> list[dict[str, Any]]:
        """The question and the audio, and nothing else of the item."""
        parts: list[dict[str, Any]] = [{"type": "text", "text": request.question}]
        if request.audio is not None:
            options = self.options
            sound = read_sound(
                request.audio,
                rate=options.rate,
                seconds=options.seconds,
                max_bytes=options.max_bytes,
            )
            parts.insert(0 if options.audio_first else 1, self._audio_part(sound))
        system = [{"role": "system", "content": self.options.system_prompt}]
        user = {"role": "user", "content": parts}
        return [*(system if self.options.system_prompt else ()), user]

    def _audio_part(self, sound: SentSound) -> dict[str, Any]:
        if self.options.audio_as == "audio_url":
            return {"type": "audio_url", "audio_url": {"url": sound.data_url}}
        value = {"data": sound.base64, "format": sound.form}
        return {"type": "input_audio", "input_audio": value}

    def _open(self) -> tuple[LoopThread, Endpoint]:
        """One client for all threads; it is closed with the system."""
        with self._opening:
            if self._opened is None:
                how = {name: getattr(self.options, name) for name in ENDPOINT_OPTIONS}
                endpoint = Endpoint(self._address, WriterOptions(**how), Usage())
                loop = LoopThread()
                weakref.finalize(self, _close, loop, endpoint)
                self._opened = loop, endpoint
            return self._opened


ENDPOINT_OPTIONS = ("temperature", "max_tokens", "timeout", "retries", "requests_per_minute")
"""What the client follows."""


def _close(loop: LoopThread, endpoint: Endpoint) -> None:
    loop.stop(endpoint.close())
