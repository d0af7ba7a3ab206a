"""Clips in the inputs' order -> their numbers in the set, or why they have none.

A clip takes a number only when everything of it is there. What a build that was killed has numbered
stands in its log, one line a clip with its pairs, so that no input is read twice. Does not know how
audio is copied.
"""

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, cast

from mullama.data.formats.published import audio_name
from mullama.data.records import Clip
from mullama.data.tally import NO_AUDIO
from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import sync_folder, told_as
from mullama.jobs.log import JsonlLog
from mullama.jobs.records import RecordFormat
from mullama.musicqa.build.inputs import Candidate
from mullama.musicqa.build.manifest import ManifestEntry, SeenClips
from mullama.musicqa.build.plan import AUDIOS
from mullama.musicqa.build.prepare_audio import AudioPreparer, Prepared

MAX_PAIRS_CHARACTERS = 100_000
"""Of all questions and answers about one clip; they must fit into one line of the log."""


@dataclass(frozen=True)
class NumberedClip:
    """A line of a build's log."""

    place: int
    """As `Candidate.place`."""
    entry: ManifestEntry
    clip: Clip | None = None
    """With its pairs, named as our JSONL names it; None where it is not in the set."""

    @property
    def key(self) -> str:
        """What no two lines share."""
        return str(self.place)

    def as_dict(self) -> dict[str, Any]:
        """What the line holds."""
        clip = {} if self.clip is None else {"clip": self.clip.as_dict()}
        return {"place": self.place, "entry": self.entry.as_dict(), **clip}

    @classmethod
    def from_dict(cls, values: dict[str, Any], where: str) -> "NumberedClip":
        """The inverse; raises UsageError, beginning with `where`, or what RecordFormat tells."""
        entry = ManifestEntry.from_dict(values["entry"], where)
        clip = None
        if "clip" in values:
            clip = Clip.from_dict(values["clip"], where, anonymous=True)
        return cls(int(values["place"]), entry, clip)


LOG_LINES = RecordFormat[NumberedClip](
    encode=NumberedClip.as_dict,
    decode=NumberedClip.from_dict,
    key=lambda numbered: numbered.key,
    failure=lambda numbered: numbered.entry.failed,
)


OLD_LOG = "clips.jsonl.part"
"""Of version 0.2.0, without pairs: such a build begins again, to the same end."""


class Numbering:
    """Maps candidates to numbered clips, behind those that the log holds."""

    def __init__(
        self,
        out: Path,
        log: JsonlLog[NumberedClip],
        preparer: AudioPreparer,
        notice: Callable[[str], None],
        *,
        allow_missing: bool,
    ) -> None:
        """`notice` is told of every clip that gets no number, also in an earlier run.

        `allow_missing` gives a number also to clips whose audio was not found.
        """
        self.number = 0
        """How many have one, and so the next one."""
        self._out, self._log, self._preparer, self._notice = out, log, preparer, notice
        self._allow_missing = allow_missing
        self._seen = SeenClips()

    def __call__(self, candidates: Iterable[Candidate]) -> Iterator[NumberedClip]:
        """All of them, in their order; nothing is left behind of those that get no number."""
        _clear(self._out, self._preparer.folder)
        for numbered in self._log.records():
            self._note(numbered.entry)
        with closing(self._preparer(candidates)) as coming:
            for prepared in coming:
                numbered = self._number_one(prepared)
                self._note(numbered.entry, prepared.missing)
                yield numbered

    def _note(self, entry: ManifestEntry, missing: str = "") -> None:
        self.number += bool(entry.audio_name)
        self._seen.note(entry)
        if entry.failed:
            # Where inputs lie is told, but not written into a set that is given away.
            why = missing if entry.failed == NO_AUDIO and missing else entry.failed
            self._notice(f"{f'{entry.source} {entry.id}'.strip() or entry.part}: {why}")

    def _number_one(self, prepared: Prepared) -> NumberedClip:
        candidate, clip = prepared.candidate, prepared.candidate.clip
        # Candidates come of the parts of PARTS alone.
        part = cast(Literal["pretrain", "finetune", "eval"], candidate.part)
        try:
            self._require_allowed(prepared)
        except AudioError as error:
            self._preparer.path_of(candidate).unlink(missing_ok=True)
            entry = ManifestEntry(part, clip.source, clip.id, failed=str(error))
            return NumberedClip(candidate.place, entry)
        name = self._place_audio(prepared)
        entry = ManifestEntry(part, clip.source, clip.id, name)
        if (stored := prepared.stored) is not None:
            seconds = round(stored.seconds, 3)
            entry = replace(entry, sha256=stored.sha256, seconds=seconds, damaged=stored.damaged)
        audio = name if self._preparer.by_reference else f"{AUDIOS}/{name}"
        return NumberedClip(
            candidate.place, entry, replace(clip, text="", audio=audio, sha256=entry.sha256)
        )

    def _require_allowed(self, prepared: Prepared) -> None:
        """Raises AudioError saying why a clip cannot be in the set."""
        clip = prepared.candidate.clip
        if clip.failed:
            raise AudioError(f"the interview failed: {clip.failed}")
        self._seen.require_new_origin(clip.source, clip.id)
        # Text alone is about no clip, so its audio cannot be there one day.
        if prepared.missing and not (self._allow_missing and (clip.audio or clip.id)):
            raise AudioError(NO_AUDIO)
        if prepared.failed:
            raise AudioError(prepared.failed)
        if prepared.stored is not None:
            self._seen.require_new_sound(prepared.candidate.part, prepared.stored.sha256)
        if (
            sum(len(question) + len(answer) for question, answer in clip.pairs)
            > MAX_PAIRS_CHARACTERS
        ):
            raise AudioError(f"its pairs have more than {MAX_PAIRS_CHARACTERS:,} characters")

    def _place_audio(self, prepared: Prepared) -> str:
        """Give a clip's audio the next number, if it has any; its name in the published files."""
        name = audio_name(self.number)
        if prepared.source is None:
            return name
        if self._preparer.by_reference:
            return prepared.source.resolve().as_posix()
        folder = self._out / AUDIOS
        with told_as(folder / name, UsageError):
            self._preparer.path_of(prepared.candidate).replace(folder / name)
            sync_folder(folder)  # before the log says that it is there
        return name


def _clear(out: Path, unnumbered: Path) -> None:
    """Remove what a killed build has left without a number, and make the folders."""
    if (out / OLD_LOG).exists():
        shutil.rmtree(out / AUDIOS, ignore_errors=True)
        (out / OLD_LOG).unlink()
    shutil.rmtree(unnumbered, ignore_errors=True)
    for folder in (unnumbered, out / AUDIOS):
        with told_as(folder, UsageError):
            folder.mkdir(exist_ok=True)
