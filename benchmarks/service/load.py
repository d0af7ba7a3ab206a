"""Many clients for minutes: how much is answered, how soon, and whether it is what each was to be told."""

import asyncio
import time
from collections import Counter
from dataclasses import asdict, dataclass

from service.asking import Question, Reply, alone, keep_asking, mixed_questions
from service.found import Found, percentiles
from service.process import Memory, serving


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    clients: int = 64
    seconds: float = 120.0
    synthetic: int = 12
    """Made-up songs beside the examples."""


QUICK = Size(clients=8, seconds=2.0, synthetic=1)
Asked = list[tuple[Question, Reply]]


def run(size: Size) -> Found:
    """Ask everything alone; then, of a server that knows no song yet, all at once."""
    found, questions = Found(asdict(size)), mixed_questions(size.synthetic)
    with serving() as served:
        right = asyncio.run(alone(served.url, questions))
    with serving() as served, Memory(served) as memory:
        begun = time.perf_counter()
        asked = asyncio.run(_for_seconds(served.url, questions, size))
        seconds = time.perf_counter() - begun
        idle = served.seconds_until_idle()
        said = served.said
    _figures(found, asked, seconds)
    found.figures["memory_mb"] = round(max(memory.samples))
    check_answers(found, asked, right)
    failed = [reply for _, reply in asked if reply.kind != "answered"]
    found.promise("no error", f"{len(failed)} of {len(asked)}", not failed)
    found.promise("afterwards nothing is left", f"idle after {idle:.2f} s", idle < 2)
    found.promise("the log has no traceback", f"{said.count('Traceback')}", "Traceback" not in said)
    return found


async def _for_seconds(url: str, questions: list[Question], size: Size) -> Asked:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(size.seconds, over.set)
    return await keep_asking(url, questions, clients=size.clients, until=over)


def _figures(found: Found, asked: Asked, seconds: float) -> None:
    answered = [reply for _, reply in asked if reply.kind == "answered"]
    found.figures |= {
        "answers": len(answered),
        "answers_per_second": round(len(answered) / seconds, 1),
        "tokens_per_second": round(sum(reply.tokens for reply in answered) / seconds),
        "first_token_seconds": percentiles([r.first for r in answered if r.first is not None]),
        "end_seconds": percentiles([reply.seconds for reply in answered]),
        "ends": Counter(reply.kind for _, reply in asked),
        "errors": Counter(reply.error for _, reply in asked if reply.error),
    }


def check_answers(found: Found, asked: Asked, right: dict[Question, str]) -> None:
    """Is each the answer that was given alone?"""
    told = [(question, reply.text) for question, reply in asked if reply.kind == "answered"]
    wrong = [question for question, text in told if text != right[question]]
    found.promise(
        "every answer is the one given alone",
        f"{len(wrong)} of {len(told)} differ",
        bool(told) and not wrong,
    )
