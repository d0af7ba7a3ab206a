"""Thousands of short answers, each about a new song: does memory stay flat?"""

import asyncio
from dataclasses import asdict, dataclass
from statistics import median

import httpx
import numpy as np

from service.asking import Question, Reply, ask, client, tone
from service.found import Found
from service.process import Served, serving

CACHE_MB = 0.5
"""Holds a small part of the songs."""
MOST_GROWTH_MB = 20.0


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    requests: int = 5000
    clients: int = 16


QUICK = Size(requests=112, clients=8)


def run(size: Size) -> Found:
    """So many requests, memory after each."""
    found = Found(asdict(size))
    with serving("--cache-mb", str(CACHE_MB)) as served:
        replies, samples = asyncio.run(_ask_all(served, size))
        now = served.metrics()
    quarters = [float(median(part)) for part in np.array_split(samples, 4)]
    settled = np.array(samples[len(samples) // 4 :])
    slope = 1000 * float(np.polyfit(np.arange(len(settled)), settled, 1)[0])
    found.figures = {
        "quarters_mb": [round(quarter, 1) for quarter in quarters],
        "slope_mb_per_1000_requests": round(slope, 2),
        "songs_in_cache": round(now["songs"]),
    }
    answered = sum(reply.kind == "answered" for reply in replies)
    found.promise(
        "every request is answered", f"{answered} of {len(replies)}", answered == len(replies)
    )
    heard, kept = round(now["misses_total"]), round(now["songs"])
    found.promise("songs leave the cache", f"{kept} of {heard} are kept", kept < heard)
    grown = quarters[3] - quarters[1]
    found.promise(
        f"memory grows by less than {MOST_GROWTH_MB:g} MB from the second to the last quarter",
        f"{grown:+.1f} MB, from {quarters[1]:.0f} MB",
        grown < MOST_GROWTH_MB,
    )
    return found


async def _ask_all(served: Served, size: Size) -> tuple[list[Reply], list[float]]:
    numbers, replies, samples = iter(range(size.requests)), [], []

    async def one(asking: httpx.AsyncClient) -> None:
        for number in numbers:
            question = Question(tone(number, 0.5), "Key?", (("max_tokens", 4),))
            replies.append(await ask(asking, served.url, question))
            samples.append(served.memory_mb)

    async with client() as asking:
        await asyncio.gather(*(one(asking) for _ in range(size.clients)))
    return replies, samples
