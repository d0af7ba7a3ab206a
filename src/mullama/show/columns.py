"""Frames that come one after another -> at most so many columns of a picture, however many come."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.float32]
"""(frames, ...): what a frame is decides the caller."""
Join = Callable[..., Any]
"""numpy.mean or numpy.max, say: of equal frames it must make the same frame."""


class Columns:
    """Joins neighbours, two by two, whenever there are more than `limit` columns."""

    def __init__(self, limit: int, join: Join) -> None:
        self.limit, self.join = limit, join
        self.step = 1
        """Frames in a column."""
        self._columns: Frames | None = None
        self._waiting: Frames | None = None

    def add(self, frames: Frames) -> None:
        """The next frames."""
        joined = frames if self._waiting is None else np.concatenate([self._waiting, frames])
        whole, self._waiting = self._split(joined)
        self._columns = whole if self._columns is None else np.concatenate([self._columns, whole])
        while len(self._columns) > self.limit:
            self._halve()

    def finish(self) -> Frames:
        """All columns; the last one may be of fewer frames than the others."""
        if self._columns is None or self._waiting is None:
            return np.zeros((0, 0), np.float32)
        if not len(self._waiting):
            return self._columns
        return np.concatenate([self._columns, self.join(self._waiting, axis=0)[None]])

    def _split(self, frames: Frames) -> tuple[Frames, Frames]:
        """As many columns as these frames give, and the frames that remain."""
        count = len(frames) // self.step
        whole = frames[: count * self.step].reshape(count, self.step, *frames.shape[1:])
        return self.join(whole, axis=1), frames[count * self.step :]

    def _halve(self) -> None:
        assert self._columns is not None
        assert self._waiting is not None
        columns, odd = self._columns, len(self._columns) % 2
        if odd:  # it becomes frames again, all alike
            again = np.repeat(columns[-1:], self.step, axis=0)
            self._waiting = np.concatenate([again, self._waiting])
            columns = columns[:-1]
        self.step *= 2
        self._columns = self.join(columns.reshape(-1, 2, *columns.shape[1:]), axis=1)
