"""A server that is killed, and one that is told to stop, each in the middle of its work."""

import asyncio
import signal
import tempfile
import time
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from service.asking import Question, Reply, ask, client, keep_asking, mixed_questions, tone
from service.found import Found
from service.process import Served, serving
from service.right import Asked, check_answers, right_answers

SURELY_SECONDS = 1.0
"""A request that was sent so long before the signal was surely taken."""


@dataclass(frozen=True)
class Size:
    """Of either phase."""

    clients: int = 32
    seconds: float = 5.0
    """Until the signal."""
    examples: int = 4
    synthetic: int = 4


QUICK = Size(clients=6, seconds=1.0, examples=1, synthetic=1)


def kill(size: Size) -> Found:
    """kill -9, then a new server on the same port and in the same folder."""
    found, questions = Found(asdict(size)), mixed_questions(size.examples, size.synthetic)
    right = right_answers(questions)
    with tempfile.TemporaryDirectory(prefix="mullama-kill-") as name:
        flags, sounds = ("--stored-in", f"{name}/sounds"), Path(name) / "sounds"
        with serving(*flags) as served:
            port = served.port
            upload = {"file": ("a.wav", tone(0, 1.0))}
            httpx.post(f"{served.url}/files", files=upload).raise_for_status()
            asked, _, told = asyncio.run(_signalled(served, questions, size, signal.SIGKILL))
            served.running.wait()
        left = len(list(sounds.iterdir()))
        with serving(*flags, port=port) as again:
            begun = time.perf_counter()
            first = asyncio.run(_one(again.url, questions[-1]))
            answering = time.perf_counter() - begun
            kept = len(list(sounds.iterdir()))
    check_answers(found, asked, right)
    ends = Counter(reply.kind for _, reply in asked)
    found.figures = {"ends": dict(ends), "starting_seconds": round(again.starting_seconds, 2)}
    broken = ends["broken"] + ends["unreached"]
    found.promise(
        "every client has its answer or sees the connection end, at once",
        f"{ends['answered']} answers, {broken} connections ended, the last {told:.2f} s after the signal",
        set(ends) <= {"answered", "broken", "unreached"} and told < 10,
    )
    found.promise(
        "the next server answers as it should", repr(first.text), first.text == right[questions[-1]]
    )
    found.promise(
        "it does so at once",
        f"{answering:.2f} s for a song that it never heard, {again.starting_seconds:.1f} s after its start",
        answering < 2,
        timed=True,
    )
    found.promise(
        "it clears up what the killed one left",
        f"{left} folder, then {kept} of its own",
        (left, kept) == (1, 1),
    )
    return found


def stop(size: Size) -> Found:
    """SIGTERM: whatever was taken is answered in full, or refused with an error object."""
    found, questions = Found(asdict(size)), mixed_questions(size.examples, size.synthetic)
    right = right_answers(questions)
    with serving() as served:
        asked, signalled, _ = asyncio.run(_signalled(served, questions, size, signal.SIGTERM))
        status = served.running.wait(60)
        ending, said = time.perf_counter() - signalled, served.said
    check_answers(found, asked, right)
    ends = Counter(reply.kind for _, reply in asked)
    found.figures = {"ends": dict(ends), "ending_seconds": round(ending, 2)}
    lost = [reply for _, reply in asked if _lost(reply, signalled)]
    found.promise(
        "every request that was taken is answered in full, or refused",
        f"{ends['answered']} answers, {ends['refused']} refusals, {len(lost)} lost; "
        f"{ends['broken'] + ends['unreached']} came too late to be taken",
        not lost,
    )
    refused = {reply.error for _, reply in asked if reply.kind == "refused"}
    found.promise(
        "a refusal says why (503, shutting_down)", "; ".join(sorted(refused)) or "there was none",
        all("503 shutting_down" in error for error in refused),
    )  # fmt: skip
    found.promise("the exit code is 0", f"{status}, {ending:.1f} s after the signal", status == 0)
    found.promise("the log has no traceback", f"{said.count('Traceback')}", "Traceback" not in said)
    return found


def _lost(reply: Reply, signalled: float) -> bool:
    """Was it sent in time, or begun to be answered, and then dropped without a word?"""
    taken = reply.status != 0 or reply.sent < signalled - SURELY_SECONDS
    return reply.kind in ("broken", "unreached") and taken


async def _signalled(
    served: Served, questions: list[Question], size: Size, number: signal.Signals
) -> tuple[Asked, float, float]:
    """What became of all, when the signal was sent, and how long after it the last one knew."""
    asked, never = Asked(), asyncio.Event()
    # Each with a connection of its own: one that idles may close just when its client sends.
    asking = asyncio.ensure_future(
        keep_asking(
            served.url, questions, clients=size.clients, until=never, into=asked, keep=False
        )
    )
    await asyncio.sleep(size.seconds)
    while len(asked) < size.clients:
        await asyncio.sleep(0.05)
    served.running.send_signal(number)
    signalled = time.perf_counter()
    await asking
    return asked, signalled, max(reply.sent + reply.seconds for _, reply in asked) - signalled


async def _one(url: str, question: Question) -> Reply:
    async with client() as asking:
        return await ask(asking, url, question)
