"""One question by HTTP, streamed: what came, when, and how it ended."""

import asyncio
import base64
import io
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import httpx
import numpy as np
import soundfile

EXAMPLES = Path(__file__).parents[2] / "examples"
QUESTIONS = (
    "Key?", "How fast is it?", "Which instruments play?", "Describe the audio", "Describe the audio in detail",
)  # fmt: skip
HEADERS = {"content-type": "application/json"}
RATE = 24000


@dataclass(frozen=True)
class Question:
    """What is asked, about what."""

    song: bytes | None = field(repr=False)
    text: str
    options: tuple[tuple[str, Any], ...] = ()
    """Fields of the request beyond the messages."""

    @cached_property
    def body(self) -> bytes:
        """The request's JSON."""
        return json.dumps(request(self.song, self.text, **dict(self.options))).encode()


def request(song: bytes | None, text: str, **options: Any) -> dict[str, Any]:
    """A streaming request about a sound."""
    parts: list[dict[str, Any]] = [{"type": "text", "text": text}]
    if song is not None:
        sound = {"data": base64.b64encode(song).decode(), "format": "wav"}
        parts.insert(0, {"type": "input_audio", "input_audio": sound})
    return {
        "model": "small",
        "messages": [{"role": "user", "content": parts}],
        "stream": True,
        "stream_options": {"include_usage": True},
        **options,
    }


@dataclass
class Reply:
    """How a question ended."""

    kind: Literal["answered", "refused", "broken", "unreached"] = "broken"
    """`refused` by an error object; `broken` off without one; `unreached`: no connection was made."""
    text: str = ""
    tokens: int = 0
    status: int = 0
    """0 where none came."""
    error: str = ""
    sent: float = 0.0
    first: float | None = None
    """Seconds from sending to the first words."""
    seconds: float = 0.0


async def ask(client: httpx.AsyncClient, url: str, question: Question) -> Reply:
    """Send it, and read to the end."""
    reply = Reply(sent=time.perf_counter())
    try:
        async with client.stream(
            "POST", f"{url}/chat/completions", content=question.body, headers=HEADERS
        ) as response:
            reply.status = response.status_code
            if reply.status == 200:
                await _read(response, reply)
            else:
                _refused(reply, json.loads(await response.aread())["error"])
    except (httpx.ConnectError, httpx.ConnectTimeout) as error:
        reply.kind, reply.error = "unreached", type(error).__name__
    except (httpx.TransportError, ValueError, LookupError) as error:
        reply.kind, reply.error = "broken", type(error).__name__
    reply.seconds = time.perf_counter() - reply.sent
    return reply


async def _read(response: httpx.Response, reply: Reply) -> None:
    """Server-sent events into a reply; one that only stops stays `broken`."""
    async for line in response.aiter_lines():
        if line == "data: [DONE]":
            reply.kind = "answered"
        elif line.startswith("data: "):
            event = json.loads(line[6:])
            if "error" in event:
                _refused(reply, event["error"])
                return
            if event.get("usage"):
                reply.tokens = event["usage"]["completion_tokens"]
            for choice in event["choices"]:
                reply.text += choice["delta"].get("content") or ""
            if reply.text and reply.first is None:
                reply.first = time.perf_counter() - reply.sent


def _refused(reply: Reply, error: dict[str, Any]) -> None:
    reply.kind, reply.error = "refused", f"{reply.status} {error['code']}: {error['message']}"


def client(*, timeout: float = 120.0, keep: bool = True) -> httpx.AsyncClient:
    """For as many requests at a time as one likes; without `keep` each has a connection of its own."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None if keep else 0)
    return httpx.AsyncClient(timeout=timeout, limits=limits, trust_env=False)


async def alone(url: str, questions: Sequence[Question]) -> dict[Question, str]:
    """The answer to each, asked one after another. Ends the script where one is refused."""
    texts = {}
    async with client() as asking:
        for question in dict.fromkeys(questions):
            reply = await ask(asking, url, question)
            if reply.kind != "answered":
                raise SystemExit(f"{question} alone: {reply.error}")
            texts[question] = reply.text
    return texts


async def keep_asking(
    url: str,
    questions: Sequence[Question],
    *,
    clients: int,
    until: asyncio.Event,
    into: list[tuple[Question, Reply]],
    keep: bool = True,
) -> None:
    """So many clients, each with its own random order, until the event is set or no client is left."""

    async def one(number: int, asking: httpx.AsyncClient) -> None:
        chance = np.random.default_rng(number)
        while not until.is_set():
            question = questions[chance.integers(len(questions))]
            reply = await ask(asking, url, question)
            into.append((question, reply))
            if reply.kind == "unreached":
                return

    async with client(keep=keep) as asking:
        await asyncio.gather(*(one(number, asking) for number in range(clients)))


def tone(number: int, seconds: float, *, format: str = "WAV") -> bytes:
    """A chord and some noise that no other number has, as a file."""
    chance = np.random.default_rng(number)
    t = np.arange(round(seconds * RATE)) / RATE
    chord = sum(np.sin(2 * np.pi * pitch * t) for pitch in chance.uniform(80, 900, 3))
    file = io.BytesIO()
    soundfile.write(file, chord / 8 + chance.normal(0, 0.01, len(t)), RATE, format=format)
    return file.getvalue()


def mixed_questions(examples: int, synthetic: int) -> list[Question]:
    """Short and long ones about so many songs of either kind, and none; every second is sampled."""
    songs: list[bytes | None] = [None]
    songs += [path.read_bytes() for path in _music()[:examples]]
    songs += [tone(number, 1.0 + number % 4) for number in range(synthetic)]
    sampled = (("temperature", 0.8), ("seed", 7))
    return [
        Question(song, text, sampled if (place + number) % 2 else ())
        for place, song in enumerate(songs)
        for number, text in enumerate(QUESTIONS)
    ]


def _music() -> list[Path]:
    return sorted(path for path in EXAMPLES.iterdir() if path.suffix in (".mp3", ".flac"))
