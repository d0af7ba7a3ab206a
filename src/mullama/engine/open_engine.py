"""Options -> the engine that they ask for: one that answers here, or one that hears here and asks elsewhere.

The one place in which commands, services and workers open their engine.
"""

from importlib.util import find_spec
from typing import TypedDict, Unpack

from mullama.answer_options import AnswerOptions
from mullama.engine.engine import BATCH_SIZE, Engine
from mullama.errors import MissingExtraError
from mullama.load_options import LoadOptions
from mullama.open_model import open_model


class EngineKeywords(TypedDict, total=False):
    """Those of `Engine` that options have."""

    batch_size: int
    cache_bytes: int
    as_published: bool
    max_waiting: int
    max_seconds: float | None
    joint: bool


def open_engine(
    model: LoadOptions, answers: AnswerOptions, **keywords: Unpack[EngineKeywords]
) -> Engine:
    """Open it. Raises CheckpointError and UsageError; EngineFailed and Unavailable where it asks elsewhere."""
    if answers.answer_at is None:
        return Engine(open_model(model), **keywords)
    if find_spec("httpx") is None:
        raise MissingExtraError("httpx", "remote", "answering at vLLM")

    from mullama.engine.vllm.answering import FarAnswering
    from mullama.engine.vllm.listener import open_remote

    at_once = keywords.get("batch_size", BATCH_SIZE)
    mu = open_remote(model, answers, at_once=at_once)
    return Engine(mu, answering=lambda size, begin: FarAnswering(mu, size, begin), **keywords)
