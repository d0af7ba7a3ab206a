"""Candidates -> the same in the same order, with their audio copied, decoded or looked at ahead.

Several at a time, as most of that is waiting for disks and decoders; what they leave lies in one
folder by their places, since only numbering.py knows which numbers they get.
"""

from collections import Counter, deque
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.records import is_utf8
from mullama.errors import AudioError
from mullama.jobs.workers import Work, threads
from mullama.musicqa.build.copy_audio import Stored, copy_into, look_at
from mullama.musicqa.build.inputs import Candidate, find_audio


@dataclass(frozen=True)
class Prepared:
    """A candidate whose audio is seen to."""

    candidate: Candidate
    source: Path | None = None
    """Where its audio lies, if it was found."""
    missing: str = ""
    """Why it was not, in one line."""
    stored: Stored | None = None
    """What is known of the audio once it was read."""
    failed: str = ""
    """Why it cannot be in the set, in one line."""


@dataclass(frozen=True)
class AudioPreparer:
    """How the audio of all clips of a build is seen to."""

    folder: Path
    """Where copies lie until they get their numbers; is there already."""
    audio: AudioResolver
    by_reference: bool
    workers: int

    def __call__(self, candidates: Iterable[Candidate]) -> Generator[Prepared, None, None]:
        """All of them, in their order. Raises UsageError where the disk refuses."""
        order: deque[int] = deque()
        ready: dict[int, Prepared] = {}
        in_use = Counter[Path]()

        def located() -> Iterator[Prepared]:
            # Found here, one after another, since a name may depend on those before it.
            for candidate in candidates:
                order.append(candidate.place)
                found = self._locate(candidate)
                if found.source is not None:
                    in_use[found.source] += 1
                yield found

        with closing(self._read_all(located())) as results:
            for prepared in results:
                self._release(prepared.source, in_use)
                ready[prepared.candidate.place] = prepared
                while order and order[0] in ready:
                    yield ready.pop(order.popleft())

    def path_of(self, candidate: Candidate) -> Path:
        """Where the copy of its audio lies."""
        return self.folder / f"{candidate.place}.wav"

    def _locate(self, candidate: Candidate) -> Prepared:
        if candidate.clip.failed:
            return Prepared(candidate)
        try:
            source = find_audio(candidate, self.audio)
        except AudioError as error:
            return Prepared(candidate, missing=_to_utf8(str(error)))
        # What lay in the file of pairs is unpacked by now, and need not wait in memory.
        return Prepared(replace(candidate, clip=replace(candidate.clip, sound=None)), source)

    def _read_all(self, located: Iterator[Prepared]) -> Any:
        work = Work[Prepared, Prepared].of(
            self._read,
            catch=(AudioError,),
            failed=lambda prepared, why: replace(prepared, failed=_reason(prepared.source, why)),
        )
        return threads(work, self.workers)(located)

    def _read(self, prepared: Prepared) -> Prepared:
        source = prepared.source
        if source is None:
            return prepared
        if not self.by_reference:
            stored = copy_into(source, self.path_of(prepared.candidate))
            return replace(prepared, stored=stored)
        if not is_utf8(str(self.audio.lasting(source).resolve())):
            raise AudioError(f"{source}: its name is not UTF-8, so that no file can refer to it")
        return replace(prepared, stored=look_at(source))

    def _release(self, source: Path | None, in_use: Counter[Path]) -> None:
        """Let go of what was unpacked, once no other candidate waits for it."""
        if source is not None:
            in_use[source] -= 1
            if not in_use[source]:
                del in_use[source]
                self.audio.release(source)


def _reason(source: Path | None, told: str) -> str:
    """What was told of a file, without its folder, which is nothing to those whom a set is given to.

    The reason comes first, since the data card counts clips by it.
    """
    if source is None:
        return _to_utf8(told)
    why = told.replace(str(source), source.name).removeprefix(f"{source.name}: ")
    return _to_utf8(f"{why}: {source.name}")


def _to_utf8(text: str) -> str:
    return text.encode(errors="replace").decode()
