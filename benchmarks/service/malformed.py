"""Many requests that make no sense: each is refused as what it is, none fails, none hangs."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import httpx

from service.asking import alone, mixed_questions
from service.found import Found
from service.mutations import Malformed, malformed
from service.process import PATIENCE_SECONDS, Served, serving

LONGEST_SECONDS = 15.0


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    requests: int = 1000
    seed: int = 0
    at_a_time: int = 8


QUICK = Size(requests=45)


@dataclass(frozen=True)
class Outcome:
    """Of one request."""

    request: Malformed
    status: int
    """0: the connection was closed without an answer."""
    seconds: float


def run(size: Size) -> Found:
    """Send all; then ask something sensible."""
    found = Found(asdict(size))
    with serving("--body-seconds", "5", "--header-seconds", "5") as served:
        outcomes = asyncio.run(_send_all(served.port, size))
        good = asyncio.run(alone(served.url, mixed_questions(0, 0)[:1]))
        uploaded = _delete_uploads(served)
        idle, said = served.seconds_until_idle(), served.said
    statuses = Counter(str(outcome.status) for outcome in outcomes)
    found.figures = {
        "statuses": dict(sorted(statuses.items())),
        "kinds": dict(Counter(outcome.request.kind for outcome in outcomes)),
        "sound_enough_to_be_kept": uploaded,
        "longest_seconds": round(max(outcome.seconds for outcome in outcomes), 2),
    }
    failed = [o for o in outcomes if o.status >= 500 or o.status == 0]
    found.promise("no 5xx, and none without an answer", _said(failed, len(outcomes)), not failed)
    slow = [o for o in outcomes if o.seconds > LONGEST_SECONDS]
    found.promise(
        f"no hang: each is told within {LONGEST_SECONDS:g} s",
        f"at most {found.figures['longest_seconds']} s", not slow,
    )  # fmt: skip
    found.promise("a good question is answered then", str(*good.values()), bool(good))
    found.promise("afterwards nothing is left", f"idle after {idle:.2f} s", idle < PATIENCE_SECONDS)
    found.promise("the log has no traceback", f"{said.count('Traceback')}", "Traceback" not in said)
    return found


def _delete_uploads(served: Served) -> int:
    """Some forms were still whole: how many sounds they have left."""
    kept = httpx.get(f"{served.url}/files", timeout=30).json()["data"]
    for file in kept:
        httpx.delete(f"{served.url}/files/{file['id']}", timeout=30).raise_for_status()
    return len(kept)


def _said(failed: list[Outcome], count: int) -> str:
    kinds = Counter((outcome.request.kind, outcome.status) for outcome in failed)
    told = "".join(f"; {kind}: {status} ({n})" for (kind, status), n in kinds.items())
    return f"{len(failed)} of {count}{told}"


async def _send_all(port: int, size: Size) -> list[Outcome]:
    requests, outcomes = malformed(size.requests, size.seed), list[Outcome]()

    async def one(waiting: Iterator[Malformed]) -> None:
        for request in waiting:
            begun = time.perf_counter()
            status = await _send(port, request)
            outcomes.append(Outcome(request, status, time.perf_counter() - begun))

    await asyncio.gather(*(one(requests) for _ in range(size.at_a_time)))
    return outcomes


async def _send(port: int, request: Malformed) -> int:
    """By a bare connection: clients would refuse to send some of these. The status, 0 for none."""
    headers = {"host": "localhost", "connection": "close", "content-length": str(len(request.body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in (headers | request.headers).items())
    head = f"POST /v1{request.path} HTTP/1.1\r\n{lines}\r\n".encode("latin-1")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(2 * LONGEST_SECONDS):
            writer.write(head + request.body)
            status = await reader.readline()
            await reader.read()
        return int(status.split()[1])
    except (OSError, IndexError, ValueError):  # of which TimeoutError is one
        return 0
    finally:
        writer.close()
