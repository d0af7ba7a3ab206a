"""Clients that are slow, silent, or gone in the middle, while others ask."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

from service.asking import (
    HEADERS,
    Question,
    Reply,
    alone,
    client,
    keep_asking,
    mixed_questions,
    tone,
)
from service.found import Found, percentiles
from service.process import Served, serving

PATIENCE = 3.0
"""`--header-seconds`, `--body-seconds` and `--write-seconds` of the server."""
SLACK_SECONDS = 2.0
MOST_FACTOR = 3.0
GOOD_CLIENTS = 2
ENDLESS = (("temperature", 100.0), ("max_tokens", 400), ("n", 4))
"""Words drawn from the whole vocabulary seldom end: long answers to leave in the middle."""


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    of_each: int = 32
    """Silent clients, as many that send bytes one by one, and as many that read them so."""
    leaving: int = 16
    seconds: float = 12.0
    """How long good clients ask, before and meanwhile."""


QUICK = Size(of_each=4, leaving=4, seconds=2.0)


def run(size: Size) -> Found:
    """Good clients by themselves, then beside the slow ones; then those who leave."""
    found, questions = Found(asdict(size)), mixed_questions(1, 2)
    flags = [
        word
        for name in ("header", "body", "write")
        for word in (f"--{name}-seconds", f"{PATIENCE:g}")
    ]
    with serving(*flags) as served:
        asyncio.run(alone(served.url, questions))  # all songs are known then
        before = asyncio.run(_good(served.url, questions, size))
        meanwhile, slow = asyncio.run(_beside(served, questions, size))
        left = asyncio.run(_leave(served, size))
        said = served.said
    _promise_good(found, before, meanwhile)
    _promise_slow(found, slow)
    found.figures["freed_seconds"] = round(left, 2)
    found.promise(
        "a client that leaves in the middle frees its rows, questions and sounds",
        f"{left:.2f} s after {size.leaving} clients with 4 answers each left", left < SLACK_SECONDS,
    )  # fmt: skip
    found.promise("the log has no traceback", f"{said.count('Traceback')}", "Traceback" not in said)
    return found


def _promise_good(found: Found, before: list[Reply], meanwhile: list[Reply]) -> None:
    both = {"before": before, "meanwhile": meanwhile}
    ends = {when: percentiles([r.seconds for r in replies]) for when, replies in both.items()}
    factor = ends["meanwhile"]["p95"] / ends["before"]["p95"]
    found.figures |= {"end_seconds": ends, "factor_p95": round(factor, 2)}
    good = all(reply.kind == "answered" for reply in (*before, *meanwhile))
    found.promise(
        "all others are answered", f"{len(before)} before, {len(meanwhile)} meanwhile", good
    )
    found.promise(
        f"they wait at most {MOST_FACTOR:g} times as long (95th percentile)",
        f"{factor:.2f} times",
        factor < MOST_FACTOR,
        timed=True,
    )


def _promise_slow(found: Found, slow: dict[str, list[tuple[float, bytes]]]) -> None:
    longest = PATIENCE + SLACK_SECONDS
    worst = {kind: max(seconds for seconds, _ in outcomes) for kind, outcomes in slow.items()}
    found.figures["longest_seconds"] = {kind: round(seconds, 2) for kind, seconds in worst.items()}
    found.promise(
        f"a connection that says nothing is closed after {PATIENCE:g} s",
        f"{worst['silent']:.2f} s", worst["silent"] < longest and not any(got for _, got in slow["silent"]),
    )  # fmt: skip
    refused = sum(b" 408 " in got for _, got in slow["dripping"])
    found.promise(
        f"a body that comes byte by byte is refused after {PATIENCE:g} s, with 408",
        f"{refused} of {len(slow['dripping'])}, within {worst['dripping']:.2f} s",
        refused == len(slow["dripping"]) and worst["dripping"] < longest,
    )
    whole = sum(got.endswith(b"0\r\n\r\n") and b"[DONE]" in got for _, got in slow["reading"])
    found.promise(
        "a slow reader gets the whole answer",
        f"{whole} of {len(slow['reading'])}",
        whole == len(slow["reading"]),
    )


async def _good(url: str, questions: list[Question], size: Size) -> list[Reply]:
    over, asked = asyncio.Event(), list[tuple[Question, Reply]]()
    asyncio.get_running_loop().call_later(size.seconds, over.set)
    await keep_asking(url, questions, clients=GOOD_CLIENTS, until=over, into=asked)
    return [reply for _, reply in asked]


async def _beside(
    served: Served, questions: list[Question], size: Size
) -> tuple[list[Reply], dict[str, list[tuple[float, bytes]]]]:
    """The good clients' replies; and how long each slow one was endured, and what it was told."""
    good = asyncio.ensure_future(_good(served.url, questions, size))
    ways = {"silent": _say_nothing, "dripping": _drip, "reading": _read_slowly}
    connected = (_connect(served.port, way) for way in ways.values() for _ in range(size.of_each))
    outcomes = await asyncio.gather(*connected)
    parts = (
        outcomes[start : start + size.of_each] for start in range(0, len(outcomes), size.of_each)
    )
    return await good, dict(zip(ways, parts, strict=True))


Way = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[bytes]]


async def _connect(port: int, way: Way) -> tuple[float, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=256)
    begun = time.perf_counter()
    try:
        async with asyncio.timeout(10 * PATIENCE):
            got = await way(reader, writer)
    except OSError:  # of which TimeoutError is one
        got = b"nothing at all"
    finally:
        writer.close()
    return time.perf_counter() - begun, got


async def _say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    return await reader.read()


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    body = Question(tone(0, 1.0), "Key?").body
    writer.write(_head(body))
    answer = asyncio.ensure_future(reader.readline())
    for byte in body:
        if answer.done():
            break
        writer.write(bytes([byte]))
        await asyncio.sleep(0.05)
    return await answer


async def _read_slowly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    body = Question(None, "Describe the audio in detail").body
    writer.write(_head(body) + body)
    got = b""
    while piece := await reader.read(256):
        got += piece
        await asyncio.sleep(0.05)
    return got


def _head(body: bytes) -> bytes:
    return (
        "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()


async def _leave(served: Served, size: Size) -> float:
    """Seconds until nothing is left of clients that went after the first words."""
    begun = asyncio.Barrier(size.leaving + 1)

    async def one(number: int) -> None:
        question = Question(tone(number, 1.0), "Describe the audio", ENDLESS)
        async with client() as asking, asking.stream(
            "POST", f"{served.url}/chat/completions", content=question.body, headers=HEADERS
        ) as response:  # fmt: skip
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    break
            await begun.wait()

    leaving = [asyncio.ensure_future(one(number)) for number in range(size.leaving)]
    await begun.wait()
    running = served.metrics()["running"]
    if not running:
        raise SystemExit("no answer had begun when clients left")
    await asyncio.gather(*leaving)
    return await asyncio.to_thread(served.seconds_until_idle)
