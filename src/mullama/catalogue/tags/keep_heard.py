"""Files that were tagged have other bytes, and so another digest: what was heard in them counts for it, too."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from mullama.catalogue.heard import HEARD_LINES, Heard
from mullama.catalogue.spool import HeardByDigest
from mullama.jobs.log import JsonlLog


class KeepHeard:
    """Notes new digests in a catalogue's log; use it in a `with` statement.

    Where there is no log, as another folder's captions are written into files, it does nothing.
    """

    def __init__(self, log: Path) -> None:
        self._path, self._open = log, ExitStack()
        self._known: HeardByDigest | None = None
        self._log: JsonlLog[Heard] | None = None

    def __enter__(self) -> Self:
        if self._path.exists():
            self._log = self._open.enter_context(JsonlLog[Heard](self._path, HEARD_LINES))
            self._known = self._open.enter_context(HeardByDigest(self._path))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.__exit__(kind, error, trace)

    def __call__(self, before: str, now: str) -> None:
        """The file with the first digest has the second one now."""
        if self._log is None or self._known is None or now in self._log.done:
            return
        heard = self._known.get(before)
        if heard is not None and not heard.failed:
            self._log.add(replace(heard, digest=now))
