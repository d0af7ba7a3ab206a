"""Many clients for minutes: how much is answered, how soon, and whether it is what each was to be told."""

import asyncio
import time
from collections import Counter
from dataclasses import asdict, dataclass

from service.asking import Question, keep_asking, mixed_questions
from service.found import Found, percentiles
from service.process import PATIENCE_SECONDS, Memory, serving
from service.right import Asked, check_answers, right_answers


@dataclass(frozen=True)
class Size:
    """Of this phase."""

    clients: int = 64
    seconds: float = 120.0
    examples: int = 4
    """Songs; and so many made-up ones:"""
    synthetic: int = 12


QUICK = Size(clients=8, seconds=2.0, examples=1, synthetic=1)


def run(size: Size) -> Found:
    """All at once, of a server that knows no song yet."""
    found, questions = Found(asdict(size)), mixed_questions(size.examples, size.synthetic)
    right = right_answers(questions)
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
    found.promise("afterwards nothing is left", f"idle after {idle:.2f} s", idle < PATIENCE_SECONDS)
    found.promise("the log has no traceback", f"{said.count('Traceback')}", "Traceback" not in said)
    return found


async def _for_seconds(url: str, questions: list[Question], size: Size) -> Asked:
    over, asked = asyncio.Event(), Asked()
    asyncio.get_running_loop().call_later(size.seconds, over.set)
    await keep_asking(url, questions, clients=size.clients, until=over, into=asked)
    return asked


def _figures(found: Found, asked: Asked, seconds: float) -> None:
    answered = [reply for _, reply in asked if reply.kind == "answered"]
    found.figures |= {
        "answers": len(answered),
        "answers_per_second": round(len(answered) / seconds, 1),
        "tokens_per_second": round(sum(reply.tokens for reply in answered) / seconds),
        "first_token_seconds": percentiles([r.first for r in answered if r.first is not None]),
        "end_seconds": percentiles([reply.seconds for reply in answered]),
        "ends": dict(Counter(reply.kind for _, reply in asked)),
        "errors": dict(Counter(reply.error for _, reply in asked if reply.error)),
    }
