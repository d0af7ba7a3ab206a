"""A queue in which callers take turns, however much each of them puts in. Not safe for threads."""

from collections import OrderedDict, deque
from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items in lines, one for each caller; the first of each line keep the order of their turns."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, deque[T]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))

    def put(self, caller: str, item: T) -> None:
        """Join the end of the caller's line."""
        self._lines.setdefault(caller, deque()).append(item)

    def pop(self, served: Mapping[str, int]) -> T:
        """The next item of whoever is served least at present, and among those has waited longest."""
        caller = min(self._lines, key=lambda name: served.get(name, 0))
        item = self._lines[caller].popleft()
        self._lines.move_to_end(caller)
        self._tidy(caller)
        return item

    def discard(self, caller: str, item: T) -> bool:
        """Take an item out; whether it was there."""
        if item not in self._lines.get(caller, ()):
            return False
        self._lines[caller].remove(item)
        self._tidy(caller)
        return True

    def _tidy(self, caller: str) -> None:
        if not self._lines[caller]:
            del self._lines[caller]
