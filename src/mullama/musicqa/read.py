"""Files of question-answer pairs of any format -> a file of another, or a folder of ours.

A folder gets our JSONL and `audios/`. Does not judge pairs; `interview/filters.py` does.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.files import (
    expand,
    format_to_write,
    read_clips,
    write_clips,
)
from mullama.data.formats.format import Written
from mullama.data.records import Clip
from mullama.data.tally import NO_AUDIO, LeftOut, Tally
from mullama.errors import UsageError
from mullama.jobs.atomic import told_as
from mullama.musicqa.build.plan import AUDIOS
from mullama.musicqa.interview.filters import unwanted
from mullama.musicqa.read_audio import copy, embed
from mullama.musicqa.read_options import ReadOptions

FAILED = "with a failed interview"


@dataclass
class ReadReport:
    """What came of a reading."""

    clips: int = 0
    pairs: int = 0
    tally: Tally = field(default_factory=Tally)
    """Clips that were left out."""
    unwanted: Counter[str] = field(default_factory=Counter)
    """Reason -> pairs that cleaning left out."""

    def add(self, written: Written) -> None:
        """Count what a file holds."""
        self.clips += written.clips
        self.pairs += written.pairs


def read(options: ReadOptions, *, progress: Callable[[], object] = lambda: None) -> ReadReport:
    """Read all files and write them as `options.out` asks for; `progress` is called for every clip.

    Raises UsageError for files that are not what they seem, for a name that says no format, and where
    the disk refuses.
    """
    files = expand(options.files)
    folder = options.out if options.writes_folder else None
    _require_place(options, files, folder)
    with told_as(options.out, UsageError):
        (folder / AUDIOS if folder else options.out.parent).mkdir(parents=True, exist_ok=True)
    with AudioResolver(options.audio) as audio:
        reading = _Reading(options, audio, progress)
        for file in files if folder else ():
            reading.write_folder(file)
        if not folder:
            reading.write_file(files)
    return reading.report


class _Reading:
    """Clips on their way from files to others, counted, with the audio that goes along."""

    def __init__(
        self, options: ReadOptions, audio: AudioResolver, progress: Callable[[], object]
    ) -> None:
        self.options, self.audio, self.progress = options, audio, progress
        self.report = ReadReport()

    def write_file(self, files: list[Path]) -> None:
        """All pairs of all files in one."""
        options = self.options
        with_sound = format_to_write(options.out, options.format).read_text is not None
        take = partial(embed, audio=self.audio) if with_sound else None
        clips = (
            clip for file in files for clip in self._clips(file, take, cleaned=options.cleaned)
        )
        self.report.add(write_clips(options.out, clips, self.report.tally, form=options.format))

    def write_folder(self, file: Path) -> None:
        """One file as our JSONL, its audio in `audios/`, and perhaps the cleaned JSONL beside it."""
        out, tally = self.options.out, self.report.tally
        whole = out / f"{file.stem}.jsonl"
        clips = self._clips(file, partial(copy, audio=self.audio, out=out))
        self.report.add(write_clips(whole, clips, tally))
        if self.options.cleaned:
            cleaned = map(self._cleaned, read_clips(whole, tally))
            write_clips(out / f"{file.stem}.cleaned.jsonl", cleaned)

    def _clips(
        self,
        file: Path,
        take: Callable[[Clip, Path], Clip] | None,
        *,
        cleaned: bool = False,
    ) -> Iterator[Clip]:
        """The clips of one file with pairs, their audio seen to by `take`; the others are counted."""
        for clip in read_clips(file, self.report.tally, sound=take is not None):
            self.progress()
            try:
                if clip.failed:
                    raise LeftOut(FAILED, clip.id)
                wanted = self._cleaned(clip) if cleaned else clip
                if wanted.pairs:
                    yield self._with_audio(wanted, file, take) if take else wanted
            except LeftOut as left:
                self.report.tally.leave_out(left)

    def _with_audio(self, clip: Clip, file: Path, take: Callable[[Clip, Path], Clip]) -> Clip:
        if clip.audio is None and clip.sound is None:
            return clip
        try:
            return take(clip, file)
        except LeftOut as left:
            if left.reason == NO_AUDIO and self.options.include_missing_audio:
                return clip
            raise

    def _cleaned(self, clip: Clip) -> Clip:
        """The clip without the pairs that are noise, which are counted."""
        reasons = [unwanted(question, answer) for question, answer in clip.pairs]
        self.report.unwanted.update(reason for reason in reasons if reason)
        pairs = zip(clip.pairs, reasons, strict=True)
        return replace(clip, pairs=tuple(pair for pair, reason in pairs if not reason))


def _require_place(options: ReadOptions, files: list[Path], folder: Path | None) -> None:
    """Raises UsageError where what is written would take the place of what is read, or says no format."""
    if folder is None:
        format_to_write(options.out, options.format)
        targets = [options.out]
    else:
        targets = [folder / f"{file.stem}.jsonl" for file in files]
        if len(set(targets)) < len(files):
            raise UsageError("two files have one name: read them into folders of their own")
    for target in targets:
        if target.resolve() in {file.resolve() for file in files}:
            raise UsageError(f"{target} is one of the files to read: choose another --out")
