"""Work in this process: one item after another, or several side by side in threads."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from mullama.jobs.workers.work import (
    Item,
    Mapper,
    Result,
    Work,
    cause_of,
    none_or_some,
    require_workers,
)

AHEAD = 4
"""Items a thread that are given out ahead, so that none is ever idle."""


def here(work: Work[Item, Result]) -> Mapper[Item, Result]:
    """One item after another, in the calling thread."""

    def mapper(items: Iterable[Item]) -> Iterator[Result]:
        coming = none_or_some(items)
        if coming is not None:
            do = work.setup()
            yield from (_attempt(work, do, item) for item in coming)

    return mapper


def threads(work: Work[Item, Result], count: int) -> Mapper[Item, Result]:
    """`count` items at a time, for work that waits or computes elsewhere; they share one setup.

    What is under way when the job ends early is not waited for, and its results are dropped.
    """
    require_workers(count)

    def mapper(items: Iterable[Item]) -> Iterator[Result]:
        coming = none_or_some(items)
        if coming is None:
            return
        do = work.setup()
        pool = ThreadPoolExecutor(count)
        try:
            yield from _spread(pool, lambda item: _attempt(work, do, item), coming, count)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    return mapper


def _spread(
    pool: ThreadPoolExecutor, task: Callable[[Item], Result], items: Iterator[Item], count: int
) -> Iterator[Result]:
    running: set[Future[Result]] = set()
    while True:
        room = count * AHEAD - len(running)
        running |= {pool.submit(task, item) for item in islice(items, room)}
        if not running:
            return
        done, running = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield future.result()


def _attempt(work: Work[Item, Result], do: Callable[[Item], Result], item: Item) -> Result:
    try:
        return do(item)
    except work.catch as error:
        return work.failure(item, cause_of(error))
