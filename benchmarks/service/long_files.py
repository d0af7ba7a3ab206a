"""A file that takes long to read and to hear, beside short ones."""

import asyncio
import time
from dataclasses import asdict, dataclass

import httpx

from service.asking import Question, Reply, ask, client, tone
from service.found import Found, percentiles
from service.process import Served, serving

MOST_SECONDS = 1.0
CLIENTS = 2


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    minutes: float = 30.0
    """Of the long file."""
    most_seconds: float = 30.0
    """How long short questions are asked, beside nothing and beside the long file."""


QUICK = Size(minutes=1.0, most_seconds=1.0)


def run(size: Size) -> Found:
    """Short questions about new songs by themselves, then as long as the long one is heard."""
    found = Found(asdict(size))
    # One minute again and again: a new digest, and no less work.
    data = tone(0, 60.0, format="MP3") * round(size.minutes)
    with serving() as served:
        asyncio.run(_short(served, 1.0, 2_000_000))  # the first questions load what they need
        before = asyncio.run(_short(served, size.most_seconds, 0))
        meanwhile, whole, seconds = asyncio.run(_beside(served, data, size))
    waited = {
        name: {
            "first_token": percentiles([r.first for r in replies if r.first is not None]),
            "end": percentiles([r.seconds for r in replies]),
        }
        for name, replies in (("before", before), ("meanwhile", meanwhile))
    }
    worst = waited["meanwhile"]["end"]["p95"]
    factor = worst / waited["before"]["end"]["p95"]
    found.figures = waited | {"factor_p95": round(factor, 2), "long_seconds": round(seconds, 1)}
    found.promise("the long one is answered, too", f"after {seconds:.1f} s", whole == 200)
    good = all(reply.kind == "answered" for reply in (*before, *meanwhile))
    found.promise(
        "so is every short one", f"{len(before)} before, {len(meanwhile)} meanwhile", good
    )
    found.promise(
        f"short ones, about new songs, take at most {MOST_SECONDS:g} s (95th percentile)",
        f"{worst:.2f} s, {factor:.1f} times as long as by themselves",
        worst <= MOST_SECONDS,
        timed=True,
    )
    return found


async def _short(
    served: Served, seconds: float, first: int, long: "asyncio.Task[int] | None" = None
) -> list[Reply]:
    """Ask so long, or as long as the long one takes; every song is new, numbered from `first`."""
    end, replies = time.perf_counter() + seconds, list[Reply]()
    numbers = iter(range(first, first + 1_000_000))

    async def one(asking: httpx.AsyncClient) -> None:
        while time.perf_counter() < end and not (long and long.done()):
            question = Question(tone(next(numbers), 1.0), "Key?")
            replies.append(await ask(asking, served.url, question))

    async with client() as asking:
        await asyncio.gather(*(one(asking) for _ in range(CLIENTS)))
    return replies


async def _beside(served: Served, data: bytes, size: Size) -> tuple[list[Reply], int, float]:
    begun = time.perf_counter()
    long = asyncio.ensure_future(_ask_long(served.url, data))
    replies = await _short(served, size.most_seconds, 1_000_000, long)
    return replies, await long, time.perf_counter() - begun


async def _ask_long(url: str, data: bytes) -> int:
    async with client(timeout=600) as asking:
        form = {"files": {"file": ("long.mp3", data)}, "data": {"length": "short"}}
        answer = await asking.post(f"{url}/captions", **form)
    return answer.status_code
