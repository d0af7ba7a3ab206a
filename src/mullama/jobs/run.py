"""Items, a way to map them and a log -> all of them done, however often the job is killed.

Given again, a job keeps what is logged and does the rest. Several machines share one by shards; a
last run without a shard takes over what their logs hold, does what is missing, and leaves one file in
the items' order. Does not know what is done with an item, nor where.
"""

import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import islice
from types import FrameType
from typing import Any, Generic, Protocol, Self

from mullama.jobs.keys import Key, KeyList
from mullama.jobs.outcome import Outcome
from mullama.jobs.progress import Progress
from mullama.jobs.records import Record
from mullama.jobs.shard import Shard
from mullama.jobs.workers.work import Item, JobError, Mapper

TERMINATED = 128 + signal.SIGTERM
"""The exit code of a job that was asked to end; Ctrl-C stays a KeyboardInterrupt."""


class Keys(Protocol):
    """What can be asked for a key."""

    def __contains__(self, key: Key, /) -> bool: ...


class Log(Protocol[Record]):
    """What `run` asks of a log: see JsonlLog, and NoLog for jobs that need none."""

    @property
    def done(self) -> Keys: ...
    @property
    def failed(self) -> Keys: ...
    def __enter__(self) -> Self: ...
    def __exit__(self, *error: Any) -> None: ...
    def key(self, record: Record, /) -> Key: ...
    def failure(self, record: Record, /) -> str: ...
    def add(self, record: Record, /) -> None: ...
    def drop_failed(self) -> None: ...
    def put_in_order(self, order: KeyList, /) -> None: ...
    def for_shard(self, shard: Shard, /) -> "Log[Record]": ...
    def take_over_shards(self) -> None: ...


def run(
    items: Iterable[Item],
    mapper: Mapper[Item, Record],
    log: Log[Record],
    *,
    key: Callable[[Item], Key],
    shard: Shard | None = None,
    limit: int | None = None,
    retry_failed: bool = False,
    total: int | None = None,
    unit: str = "item",
    progress: bool | Callable[[int], None] = True,
    figures: Callable[[], Mapping[str, Any]] = dict,
    on_record: Callable[[Record], None] = lambda record: None,
) -> Outcome:
    """Do all items that the log does not have; then put its records into their order.

    `key` names an item as the log names its record. Items are taken as there is room for them; an item
    that comes twice is done once. `limit` takes the first so many, before they are shared out.
    `total` is how many there are, for the progress (see Progress), behind which `figures` stand.
    `on_record` is called with every new record once it is stored. Raises what the items, the mapper and
    the log raise, KeyboardInterrupt on Ctrl-C and SystemExit on SIGTERM; what is stored by then
    stays, and what was under way is dropped.
    """
    shard = shard or Shard()
    job = _Run(log.for_shard(shard), key, shard)
    total = total if limit is None or total is None else min(total, limit)
    expected = None if total is None else round(total / shard.of)
    with (
        _ending_on_sigterm(),
        job.log,
        Progress(expected, unit, progress) as bar,
        ExitStack() as end,
    ):
        job.report = lambda: bar.update({"failed": job.outcome.failed, **figures()})
        if retry_failed:
            job.log.drop_failed()
        if shard.of == 1:
            job.log.take_over_shards()
        records = mapper(job.missing(islice(items, limit)))
        end.callback(getattr(records, "close", lambda: None))
        for record in records:
            job.store(record)
            on_record(record)
        job.finish()
    return job.outcome


class _Run(Generic[Item, Record]):
    """One run's state."""

    def __init__(self, log: Log[Record], key: Callable[[Item], Key], shard: Shard) -> None:
        self.log, self.key, self.shard = log, key, shard
        self.outcome = Outcome()
        self.report: Callable[[], None] = lambda: None
        self._order = KeyList()
        self._under_way: set[Key] = set()

    def missing(self, items: Iterable[Item]) -> Iterator[Item]:
        """The items of this shard that have no record; all are counted."""
        for item in items:
            key = self.key(item)
            if key not in self.shard:
                continue
            self._order.append(key)
            if key in self.log.done or key in self._under_way:
                self.outcome.skipped += 1
            elif key in self.log.failed:
                self.outcome.failed_before += 1
            else:
                self._under_way.add(key)
                yield item
                continue
            self.report()

    def store(self, record: Record) -> None:
        key = self.log.key(record)
        if key not in self._under_way:
            raise JobError(f"a result of {key!r} came, which is not under way")
        self.log.add(record)
        self._under_way.remove(key)
        self.outcome.count(self.log.failure(record))
        self.report()

    def finish(self) -> None:
        if self._under_way:
            example = next(iter(self._under_way))
            raise JobError(f"{len(self._under_way)} items have no result, such as {example!r}")
        self.log.put_in_order(self._order)


@contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """SIGTERM ends the job as Ctrl-C does, unless the program deals with it in its own way."""

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return
    signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
