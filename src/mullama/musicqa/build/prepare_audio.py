"""Candidates -> the same in the same order, with their audio copied, decoded or looked at ahead.

Several at a time, as most of that is waiting for disks and decoders; what they leave lies in one
folder by their places, since only numbering.py knows which numbers they get.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mullama.data.records import is_utf8
from mullama.data.tally import NO_AUDIO
from mullama.errors import AudioError
from mullama.jobs.workers import Work, threads
from mullama.musicqa.build.copy_audio import Stored, copy_into, look_at
from mullama.musicqa.build.inputs import Candidate, find_audio


@dataclass(frozen=True)
class Prepared:
    """A candidate whose audio was seen to."""

    candidate: Candidate
    source: Path | None = None
    """Where its audio lies; None where that is absent."""
    stored: Stored | None = None
    """What is known of the audio, where there is any."""
    failed: str = ""
    """Why its audio cannot be in the set, in one line."""


@dataclass(frozen=True)
class AudioPreparer:
    """How the audio of all clips of a build is seen to."""

    folder: Path
    """Where copies lie until they get their numbers; is there already."""
    audio: Sequence[Path]
    """Folders where audio may lie, beside those of the input files."""
    by_reference: bool
    allow_missing: bool
    workers: int

    def __call__(self, candidates: Iterable[Candidate]) -> Generator[Prepared, None, None]:
        """All of them, in their order. Raises UsageError where the disk refuses."""
        order: deque[int] = deque()
        ready: dict[int, Prepared] = {}

        def taken() -> Iterator[Candidate]:
            for candidate in candidates:
                order.append(candidate.place)
                yield candidate

        with closing(self._prepare_all(taken())) as results:
            for prepared in results:
                ready[prepared.candidate.place] = prepared
                while order and order[0] in ready:
                    yield ready.pop(order.popleft())

    def path_of(self, candidate: Candidate) -> Path:
        """Where the copy of its audio lies."""
        return self.folder / f"{candidate.place}.wav"

    def _prepare_all(self, candidates: Iterator[Candidate]) -> Any:
        work = Work[Candidate, Prepared].of(
            self._prepare,
            catch=(AudioError,),
            failed=lambda candidate, why: Prepared(candidate, failed=_to_utf8(why)),
        )
        return threads(work, self.workers)(candidates)

    def _prepare(self, candidate: Candidate) -> Prepared:
        if candidate.clip.failed:
            return Prepared(candidate)
        source = find_audio(candidate, self.audio)
        if source is None:
            if not self.allow_missing:
                raise AudioError(NO_AUDIO)
            return Prepared(candidate)
        if not self.by_reference:
            return Prepared(candidate, source, copy_into(source, self.path_of(candidate)))
        if not is_utf8(str(source.resolve())):
            raise AudioError(f"{source}: its name is not UTF-8, so that no file can refer to it")
        return Prepared(candidate, source, look_at(source))


def _to_utf8(text: str) -> str:
    return text.encode(errors="replace").decode()
