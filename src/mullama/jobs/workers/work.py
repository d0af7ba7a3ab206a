"""What is done with one item, wherever it is done. Does not know where."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Generic, TypeVar

from mullama.errors import MuLlamaError

Item = TypeVar("Item")
Result = TypeVar("Result")

Mapper = Callable[[Iterable[Item]], Iterator[Result]]
"""One result for each item, in any order; takes items as there is room for them. Closing the iterator
ends what is under way."""

MAX_CAUSE_CHARACTERS = 2000


class JobError(MuLlamaError):
    """A job that cannot go on: its workers die, or do not keep to what they promise."""


@dataclass(frozen=True)
class Work(Generic[Item, Result]):
    """A pure function of one item, with what it needs.

    For processes and Ray, `setup` must be found by importing a module: a function, a class, or a
    `partial` of one.
    """

    setup: Callable[[], Callable[[Item], Result]]
    """Called once in each worker (loads weights, opens files); returns the function of one item."""
    catch: tuple[type[Exception], ...] = ()
    """What may go wrong with one item without being the next one's concern; all else ends the job."""
    failed: Callable[[Item, str], Result] | None = None
    """(item, why in one line) -> the result that tells of a failure; needed where any is caught."""

    def __post_init__(self) -> None:
        if self.catch and self.failed is None:
            raise ValueError("what is caught needs a result that tells of it: give `failed`")

    @classmethod
    def of(
        cls,
        function: Callable[[Item], Result],
        *,
        catch: tuple[type[Exception], ...] = (),
        failed: Callable[[Item, str], Result] | None = None,
    ) -> "Work[Item, Result]":
        """The work of a function that needs no setup."""
        return cls(partial(_itself, function), catch, failed)

    def failure(self, item: Item, why: str) -> Result:
        """The result for an item that failed; raises JobError where there is no way to tell."""
        if self.failed is None:
            raise JobError(f"{item!r}: {why}")
        return self.failed(item, why)


def cause_of(error: BaseException) -> str:
    """What went wrong, in one line."""
    return " ".join(str(error).split())[:MAX_CAUSE_CHARACTERS] or type(error).__name__


def none_or_some(items: Iterable[Item]) -> Iterator[Item] | None:
    """The items; None where there are none, so that nothing need be set up."""
    coming = iter(items)
    for first in coming:
        return chain([first], coming)
    return None


def require_workers(count: int) -> None:
    """Raises JobError for less than one."""
    if count < 1:
        raise JobError(f"a job needs at least one worker, not {count}")


def _itself(function: Callable[[Item], Result]) -> Callable[[Item], Result]:
    return function
