"""How far a job is -> a bar on a terminal, with the time that remains; elsewhere nothing."""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self


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

    def __enter__(self) -> Self:
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
        if callable(self.shown):
            self.shown(self.count)
