"""Work in processes of its own, one thread each: what a worker's death costs is one item.

Each process has a pipe and one item at a time, so that it is known which item a process died of. Such
an item is given to a fresh process once more, and then fails; the others go on. (An executor of the
standard library gives up all items when one process dies.)
"""

import pickle
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import wait
from types import TracebackType
from typing import Any, Generic, Self

from mullama.jobs.workers.process_main import SIGNALS, Answer, WorkerTraceback, serve
from mullama.jobs.workers.work import Item, JobError, Mapper, Result, Work, require_workers

MAX_DEATHS = 2
"""Processes that one item may cost."""
SPARE_DEATHS = 10
"""So many deaths without any result between them, and two a worker, end the job."""
END_SECONDS = 5.0
"""How long an idle worker may take to end by itself."""
_CONTEXT = get_context("spawn")


def processes(work: Work[Item, Result], count: int) -> Mapper[Item, Result]:
    """`count` items at a time, each in a process that is started when there is an item for it.

    The workers end with the job, and with this process however it ends. Raises JobError where a
    worker cannot begin, or they die one after another.
    """
    require_workers(count)

    def mapper(items: Iterable[Item]) -> Iterator[Result]:
        with _Pool(work, count) as pool:
            yield from pool.map(items)

    return mapper


@dataclass
class _Task(Generic[Item]):
    item: Item
    deaths: int = 0


class _Worker(Generic[Item]):
    """One process; `task` is what it has to do, from before it is ready for it."""

    def __init__(self, payload: bytes, task: _Task[Item]) -> None:
        self.task: _Task[Item] | None = task
        self.ready = False
        self.connection, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=serve, args=(theirs, payload), daemon=True)
        with _signals_blocked():
            self.process.start()
        theirs.close()  # so that its end shows here

    def give(self, task: _Task[Item]) -> None:
        self.task = task
        with suppress(ConnectionError):  # it has died, which shows when its answer is read
            self.connection.send_bytes(pickle.dumps(task.item))

    def death(self) -> str:
        """How it ended."""
        self.process.join()
        code = self.process.exitcode or 0
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def end(self) -> None:
        """An idle one ends by itself; a busy one has nothing to lose."""
        self.connection.close()
        if self.task is None:
            self.process.join(END_SECONDS)
        self.process.kill()
        self.process.join()
        self.process.close()


class _Pool(Generic[Item, Result]):
    """The workers of one job."""

    def __init__(self, work: Work[Item, Result], count: int) -> None:
        self.work, self.count = work, count
        self.payload = pickle.dumps((work.setup, work.catch))
        self.workers: list[_Worker[Item]] = []
        self.deaths_in_a_row = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self.workers:
            self.workers.pop().end()

    def map(self, items: Iterable[Item]) -> Iterator[Result]:
        tasks = (_Task(item) for item in items)
        self._give_out(tasks)
        while busy := {each.connection: each for each in self.workers if each.task is not None}:
            results: list[Result] = []
            for connection in wait(list(busy)):
                results += self._collect(busy[connection])  # type: ignore[index]
            try:
                self._give_out(tasks)  # before the results are handed on, so that none is idle
            finally:
                yield from results

    def _give_out(self, tasks: Iterator[_Task[Item]]) -> None:
        for worker in self.workers:
            if worker.task is None and (task := next(tasks, None)) is not None:
                worker.give(task)
        while len(self.workers) < self.count and (task := next(tasks, None)) is not None:
            self.workers.append(_Worker(self.payload, task))

    def _collect(self, worker: _Worker[Item]) -> list[Result]:
        """The result that a worker has, if that is what it has to say."""
        assert worker.task is not None
        try:
            answer, *content = pickle.loads(worker.connection.recv_bytes())
        except (EOFError, OSError):
            return self._died(worker, worker.task)
        if answer is Answer.READY:
            worker.ready = True
            worker.give(worker.task)
            return []
        if answer is Answer.ERROR:
            error, text = content
            raise error from WorkerTraceback(text)
        task, worker.task = worker.task, None
        self.deaths_in_a_row = 0
        value: Any = content[0]
        return [value if answer is Answer.DONE else self.work.failure(task.item, value)]

    def _died(self, worker: _Worker[Item], task: _Task[Item]) -> list[Result]:
        self.workers.remove(worker)
        how = worker.death()
        worker.end()
        if not worker.ready:
            raise JobError(
                f"a worker process ended before it began ({how}): it lacked memory, or the program "
                'that starts workers does so without `if __name__ == "__main__":`'
            )
        self.deaths_in_a_row += 1
        if self.deaths_in_a_row > SPARE_DEATHS + 2 * self.count:
            raise JobError(
                f"worker processes die one after another ({how}), perhaps for lack of memory: try "
                "fewer; what was done is stored"
            )
        task.deaths += 1
        if task.deaths < MAX_DEATHS:
            self.workers.append(_Worker(self.payload, task))
            return []
        return [self.work.failure(task.item, f"the worker process died ({how})")]


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """A process that starts inherits this, and so hears no Ctrl-C before it knows what to do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
