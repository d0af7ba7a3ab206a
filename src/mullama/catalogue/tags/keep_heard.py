"""Files that were tagged have other bytes, and so another digest: what was heard in them counts for it, too."""

from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from mullama.catalogue.sound_answers import ANSWER_LINES, SoundAnswers
from mullama.catalogue.spool import AnswersByDigest
from mullama.jobs.log import JsonlLog


class KeepHeard:
    """Notes new digests in a catalogue's log; use it in a `with` statement.

    Where there is no log, as another folder's captions are written into files, it does nothing.
    """

    def __init__(self, log: Path) -> None:
        self._path, self._open = log, ExitStack()
        self._known: AnswersByDigest | None = None
        self._log: JsonlLog[SoundAnswers] | None = None

    def __enter__(self) -> Self:
        if self._path.exists():
            self._log = self._open.enter_context(JsonlLog[SoundAnswers](self._path, ANSWER_LINES))
            self._known = self._open.enter_context(closing(AnswersByDigest(self._path)))
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
