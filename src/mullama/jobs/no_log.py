"""A job without a log: what is done is told by the world, such as a cache that already has it."""

from collections.abc import Callable
from typing import Any, Generic, Self

from mullama.jobs.keys import Key, KeyList
from mullama.jobs.records import Record, never_failed
from mullama.jobs.shard import Shard


class NoLog(Generic[Record]):
    """Takes the place of a log in `run`; results are handed to `on_record` and forgotten."""

    def __init__(
        self,
        key: Callable[[Record], Key],
        failure: Callable[[Record], str] = never_failed,
        is_done: Callable[[Key], bool] = lambda key: False,
    ) -> None:
        """`is_done` is asked once for every item, before anything is begun with it."""
        self.key, self.failure = key, failure
        self.done, self.failed = _Asked(is_done), frozenset[Key]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: Any) -> None:
        return

    def add(self, record: Record) -> None:
        """Nothing: the work itself has stored the result."""

    def drop_failed(self) -> None:
        """Nothing: every item that is not done is tried."""

    def put_in_order(self, order: KeyList) -> None:
        """Nothing: the world has no order."""

    def for_shard(self, shard: Shard) -> Self:
        """The same: the world is shared."""
        return self

    def take_over_shards(self) -> None:
        """Nothing: the world has it already."""


class _Asked:
    def __init__(self, is_done: Callable[[Key], bool]) -> None:
        self._is_done = is_done

    def __contains__(self, key: Key) -> bool:
        return self._is_done(key)
