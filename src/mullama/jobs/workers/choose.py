"""The name of a way to map -> the mapper."""

from typing import Literal, assert_never

from mullama.jobs.workers.local import here, threads
from mullama.jobs.workers.process_pool import processes
from mullama.jobs.workers.ray_data import ray
from mullama.jobs.workers.work import Item, Mapper, Result, Work

Engine = Literal["here", "threads", "processes", "ray"]
"""In this thread, in threads, in processes, on a Ray cluster."""


def choose(
    engine: Engine, work: Work[Item, Result], count: int, *, gpus: float = 0.0
) -> Mapper[Item, Result]:
    """`count` items at a time in the way that `engine` names; `gpus` is a Ray actor's share."""
    match engine:
        case "here":
            return here(work)
        case "threads":
            return threads(work, count)
        case "processes":
            return processes(work, count)
        case "ray":
            return ray(work, count, gpus=gpus)
    assert_never(engine)
