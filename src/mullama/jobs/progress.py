"""How far a job is -> a bar on a terminal, with the time that remains; elsewhere a line a minute."""

import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self

EVERY_SECONDS = 60.0
"""Between two lines where there is no terminal; a shorter job says nothing."""


def tell(line: str) -> None:
    """A line for whoever watches, on stderr, above the bar where there is one."""
    if "tqdm" in sys.modules:
        sys.modules["tqdm"].tqdm.write(line, file=sys.stderr)
    else:
        print(line, file=sys.stderr)


class Progress(AbstractContextManager["Progress"]):
    """Counts items. `shown` is False for silence, or a function that is called with the count."""

    def __init__(
        self, total: int | None, unit: str, shown: bool | Callable[[int], None] = True
    ) -> None:
        self.total, self.unit, self.shown = total, unit, shown
        self.count = 0
        self._bar: Any = None
        self._told = (0, 0.0)
        """Count and time when something was last told."""

    def __enter__(self) -> Self:
        self._told = (0, time.monotonic())
        if self.shown is True and sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(total=self.total, unit=self.unit, dynamic_ncols=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()

    def update(self, figures: Mapping[str, Any]) -> None:
        """One more item; `figures` stand behind the bar."""
        self.count += 1
        if self._bar is not None:
            self._bar.set_postfix(figures, refresh=False)
            self._bar.update()
        elif self.shown is True and time.monotonic() - self._told[1] >= EVERY_SECONDS:
            tell(self._line(figures))
        if callable(self.shown):
            self.shown(self.count)

    def _line(self, figures: Mapping[str, Any]) -> str:
        """As "320 of 900 excerpts, about 12 min left, failed 2", at the pace since the last line."""
        (count, told), now = self._told, time.monotonic()
        self._told = (self.count, now)
        line = f"{self.count:,} {self.unit}s"
        if self.total:
            minutes = (now - told) / (self.count - count) * max(0, self.total - self.count) / 60
            line = f"{self.count:,} of {self.total:,} {self.unit}s, about {minutes:,.0f} min left"
        return ", ".join([line] + [f"{name} {value}" for name, value in figures.items() if value])
