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
from typing import Generic, Self

from mullama.jobs.workers.messages import Answer, is_ready, pack, pack_work, unpack
from mullama.jobs.workers.process_main import SIGNALS, serve
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
        with Pool[Item](pack_work(work), count) as pool:
            for task, answer in pool.map(Task(item, pickle.dumps(item)) for item in items):
                yield unpack(work, task.item, answer)

    return mapper


@dataclass
class Task(Generic[Item]):
    """One item on its way."""

    item: Item
    packed: bytes
    deaths: int = 0
    """How many workers it has cost."""


Answered = tuple[Task[Item], bytes]


class Pool(Generic[Item]):
    """Processes that answer tasks; they wait between one `map` and the next, until it is closed."""

    def __init__(self, payload: bytes, count: int) -> None:
        """`payload` is what `pack_work` gives."""
        self.payload, self.count = payload, count
        self._workers: list[_Worker[Item]] = []
        self._deaths_in_a_row = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        while self._workers:
            self._workers.pop().end()

    def map(self, tasks: Iterable[Task[Item]]) -> Iterator[Answered[Item]]:
        """Each task with its answer, as soon as that is there."""
        coming = iter(tasks)
        self._give_out(coming)
        while busy := {each.connection: each for each in self._workers if each.task is not None}:
            answers: list[Answered[Item]] = []
            for connection in wait(list(busy)):
                answers += self._collect(busy[connection])  # type: ignore[index]
            try:
                self._give_out(coming)  # before the answers are handed on, so that none is idle
            finally:
                yield from answers

    def _give_out(self, tasks: Iterator[Task[Item]]) -> None:
        for worker in self._workers:
            if worker.task is None and (task := next(tasks, None)) is not None:
                worker.give(task)
        while len(self._workers) < self.count and (task := next(tasks, None)) is not None:
            self._workers.append(_Worker(self.payload, task))

    def _collect(self, worker: "_Worker[Item]") -> list[Answered[Item]]:
        """The answer that a worker has, if that is what it has to say."""
        assert worker.task is not None
        try:
            message = worker.connection.recv_bytes()
        except (EOFError, OSError):
            return self._died(worker, worker.task)
        if is_ready(message):
            worker.ready = True
            worker.give(worker.task)
            return []
        task, worker.task = worker.task, None
        self._deaths_in_a_row = 0
        return [(task, message)]

    def _died(self, worker: "_Worker[Item]", task: Task[Item]) -> list[Answered[Item]]:
        self._workers.remove(worker)
        how = worker.death()
        worker.end()
        if not worker.ready:
            raise JobError(
                f"a worker process ended before it began ({how}): it lacked memory, or the program "
                'that starts workers does so without `if __name__ == "__main__":`'
            )
        self._deaths_in_a_row += 1
        if self._deaths_in_a_row > SPARE_DEATHS + 2 * self.count:
            raise JobError(
                f"worker processes die one after another ({how}), perhaps for lack of memory: try "
                "fewer; what was done is stored"
            )
        task.deaths += 1
        if task.deaths < MAX_DEATHS:
            self._workers.append(_Worker(self.payload, task))
            return []
        return [(task, pack(Answer.FAILED, f"the worker process died ({how})"))]


class _Worker(Generic[Item]):
    """One process; `task` is what it has to do, from before it is ready for it."""

    def __init__(self, payload: bytes, task: Task[Item]) -> None:
        self.task: Task[Item] | None = task
        self.ready = False
        self.connection, theirs = _CONTEXT.Pipe()
        self.process = _CONTEXT.Process(target=serve, args=(theirs, payload), daemon=True)
        with _signals_blocked():
            self.process.start()
        theirs.close()  # so that its end shows here

    def give(self, task: Task[Item]) -> None:
        self.task = task
        with suppress(ConnectionError):  # it has died, which shows when its answer is read
            self.connection.send_bytes(task.packed)

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


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """A process that starts inherits this, so that Ctrl-C does not reach it before it ignores it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
