"""Work on a Ray cluster, by Ray Data: many machines, or this one alone where there is no cluster.

Items go out in chunks, each a data set of one-row blocks that a pool of actors maps, so that results
come back one by one and the source is never drained. Every actor leaves the work to a process of its
own (process_pool.py): what that dies of costs one item, here as there, while Ray itself sees to machines
that are lost. Does not know what the items are.
"""

import logging
import os
import pickle
import threading
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from mullama.errors import MissingExtraError
from mullama.jobs.workers.messages import pack_error, pack_work, unpack
from mullama.jobs.workers.process_pool import Pool, Task
from mullama.jobs.workers.work import (
    Item,
    JobError,
    Mapper,
    Result,
    Work,
    none_or_some,
    require_workers,
)

CHUNK, MAX_CHUNK = 1000, 10_000
"""Items a worker, and in all, in one data set; with the next one the workers are set up anew."""
END_SECONDS = 1.0
"""How long a thread of Ray's is waited for that should end by itself, and one that never does."""
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0"}
"""No usage statistics leave the machine."""


def ray(work: Work[Item, Result], count: int, *, gpus: float = 0.0) -> Mapper[Item, Result]:
    """`count` items at a time, each in an actor with one core and a share of the `gpus`.

    A Ray that this process has joined is used, else the cluster that RAY_ADDRESS names, else one is
    started on this machine and ended with this process. The workers must be able to import what `work`
    needs. Raises MissingExtraError without Ray.
    """
    require_workers(count)

    def mapper(items: Iterable[Item]) -> Iterator[Result]:
        coming = none_or_some(items)
        if coming is None:
            return
        _join(count)
        while chunk := list(islice(coming, min(CHUNK * count, MAX_CHUNK))):
            yield from _mapped(work, chunk, count, gpus)

    return mapper


class _Actor:
    """Answers rows of one packed item each; all that it knows is how to have them answered."""

    def __init__(self, payload: bytes) -> None:
        self._pool = Pool[None](payload, 1)

    def __call__(self, rows: dict[str, Any]) -> dict[str, list[Any]]:
        answers = [self._answer(item) for item in rows["item"]]
        return {"place": list(rows["place"]), "answer": answers}

    def _answer(self, item: bytes) -> bytes:
        try:
            ((_, answer),) = self._pool.map([Task(None, item)])
        except JobError as error:  # it is raised again where the job was started
            return pack_error(error)
        return answer


def _mapped(
    work: Work[Item, Result], chunk: list[Item], count: int, gpus: float
) -> Iterator[Result]:
    others = set(threading.enumerate())
    try:
        # A row that is fetched ahead would hold back the one before it.
        rows: Any = _data_set(work, chunk, count, gpus).iter_batches(
            prefetch_batches=0, batch_size=None, batch_format="numpy"
        )
        for some in rows:
            for place, answer in zip(some["place"], some["answer"], strict=True):
                yield unpack(work, chunk[place], answer)
    except BaseException:
        # Ray ends the whole process if it is left while a thread of its own is at work.
        for thread in set(threading.enumerate()) - others:
            thread.join(END_SECONDS)
        raise


def _data_set(work: Work[Item, Result], chunk: list[Item], count: int, gpus: float) -> Any:
    """Answers to the chunk's items: rows of `place` and `answer`, computed as they are fetched."""
    from ray import cloudpickle
    from ray.data import ActorPoolStrategy, from_items

    rows = [{"place": place, "item": pickle.dumps(item)} for place, item in enumerate(chunk)]
    data = from_items(rows, override_num_blocks=len(rows)).map_batches(
        _Actor,
        # Ray's pickle takes along what the main program defines: workers have another one.
        fn_constructor_args=(pack_work(work, cloudpickle.dumps),),
        batch_size=1,
        compute=ActorPoolStrategy(size=min(count, len(chunk))),
        num_cpus=1,
        num_gpus=gpus or None,
    )
    data.context.enable_progress_bars = False
    data.context.print_on_execution_start = False
    return data


def _join(count: int) -> None:
    """Be part of a Ray, until this process ends: so the next job need not begin anew."""
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    try:
        import ray
        import ray.data
    except ImportError as error:
        raise MissingExtraError("ray", "ray", "mapping on a Ray cluster") from error
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    if ray.is_initialized():
        return
    local: dict[str, Any] = {}
    if not os.environ.get("RAY_ADDRESS"):
        local = {"num_cpus": max(count, os.cpu_count() or 1), "include_dashboard": False}
    ray.init(log_to_driver=False, logging_level=logging.ERROR, **local)
