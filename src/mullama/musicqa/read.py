"""`mullama musicqa read`: question-answer files of any known kind -> another kind, or a folder of ours.

What `--out` ends in says what is written: `.jsonl` our pairs, `.json` the published layout, `.csv`
the *AQA.csv table, `.parquet` one file for Hugging Face's `datasets`; without an ending it is a
folder with our JSONL and `audios/`. Does not judge pairs; `filters` does.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

from mullama.data.audio_files import Sounds
from mullama.data.files import expand, read_clips, write_pairs
from mullama.data.formats.aqa_csv import write_aqa_csv
from mullama.data.formats.parquet import write_parquet
from mullama.data.formats.published import FIXED_QUESTIONS, OPEN_QUESTIONS, write_published
from mullama.data.records import Clip, Pair
from mullama.data.tally import NO_AUDIO, LeftOut, Tally
from mullama.errors import AudioError, UsageError
from mullama.jobs.safe_paths import safe_name
from mullama.musicqa.build.plan import AUDIOS
from mullama.musicqa.interview.filters import unwanted
from mullama.musicqa.whole import atomic_file

FORMS = (".jsonl", ".json", ".csv", ".parquet")


@dataclass(frozen=True)
class Reading:
    """What is read into what."""

    files: tuple[Path, ...]
    """Files, or folders that stand for the parts in them."""
    out: Path
    audio: Path | None = None
    """A zip file or a folder of audio; beside each file where None."""
    cleaned: bool = False
    """Leave out what `filters.unwanted` names; a folder gets both, whole and cleaned."""
    include_missing_audio: bool = False
    """Keep pairs whose audio is not found, where audio is written too."""


@dataclass
class Read:
    """What came of a reading."""

    clips: int = 0
    pairs: int = 0
    tally: Tally = field(default_factory=Tally)
    """Clips that were left out."""
    unwanted: Counter[str] = field(default_factory=Counter)
    """Reason -> pairs that cleaning left out."""


def read(job: Reading, *, progress: Callable[[], object] = lambda: None) -> Read:
    """Read all files and write them in the form that `job.out` asks for; `progress` counts clips.

    Raises UsageError for files that are not what they seem and for an ending that says nothing.
    """
    form = job.out.suffix.lower()
    if form not in ("", *FORMS):
        raise UsageError(f"{job.out}: expected a folder, or a file ending in {', '.join(FORMS)}")
    files = expand(job.files)
    if job.out.resolve() in {file.resolve() for file in files}:
        raise UsageError(f"{job.out} is one of the files to read: choose another --out")
    if not form and len({file.stem for file in files}) < len(files):
        raise UsageError("two files have one name: read them into folders of their own")
    done = Read()
    try:
        (job.out if not form else job.out.parent).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{job.out} cannot be made: {error.strerror}") from error
    with Sounds(job.audio) as sounds:
        passing = _Passing(job, sounds, done, progress)
        if form:
            _write_file(job, form, files, passing)
        else:
            for file in files:
                _write_folder(job, file, passing)
    return done


class _Passing:
    """Clips on their way from a file, counted, with the audio that the form needs."""

    def __init__(
        self, job: Reading, sounds: Sounds, done: Read, progress: Callable[[], object]
    ) -> None:
        self.job, self.sounds, self.done, self.progress = job, sounds, done, progress

    def clips(self, file: Path, *, cleaned: bool, sound: bool) -> Iterator[Clip]:
        """The clips of one file; without their unwanted pairs, or with their audio, as asked."""
        for clip in read_clips(file, self.done.tally):
            self.progress()
            if clip.failed:
                self.done.tally.leave_out(LeftOut("with a failed interview", clip.id))
                continue
            kept = replace(clip, pairs=self.wanted(clip.pairs)) if cleaned else clip
            try:
                found = self._with_sound(kept, file) if sound else kept
            except AudioError as error:
                what = str(clip.audio) if str(error) == NO_AUDIO else str(error)
                self.done.tally.leave_out(LeftOut(NO_AUDIO, what))
                continue
            if found.pairs:
                self.done.clips += 1
                self.done.pairs += len(found.pairs)
                yield found

    def wanted(self, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        """The pairs that are no noise; the others are counted."""
        reasons = [unwanted(question, answer) for question, answer in pairs]
        self.done.unwanted.update(reason for reason in reasons if reason)
        return tuple(pair for pair, reason in zip(pairs, reasons, strict=True) if not reason)

    def _with_sound(self, clip: Clip, file: Path) -> Clip:
        if clip.audio is None or clip.sound is not None:
            return clip
        try:
            return replace(clip, sound=self.sounds.read(clip.audio, file))
        except AudioError:
            if self.job.include_missing_audio:
                return clip
            raise


def _write_file(job: Reading, form: str, files: list[Path], passing: _Passing) -> None:
    """All pairs of all files in one."""
    sound = form == ".parquet"
    clips = (
        clip for file in files for clip in passing.clips(file, cleaned=job.cleaned, sound=sound)
    )
    pairs = (pair for clip in clips for pair in clip.to_pairs())
    if form == ".parquet":
        write_parquet(job.out, clips)
    elif form == ".csv":
        done = passing.done
        done.clips = write_aqa_csv(job.out, map(_with_id, clips), done.tally)
        done.pairs = done.clips * (len(FIXED_QUESTIONS) + OPEN_QUESTIONS)
    elif form == ".json":
        write_published(job.out, ((pair.audio, pair.question, pair.answer) for pair in pairs))
    else:
        write_pairs(job.out, pairs)


def _write_folder(job: Reading, file: Path, passing: _Passing) -> None:
    """One file as our JSONL, with its audio in `audios/`; and the cleaned JSONL beside it."""
    (job.out / AUDIOS).mkdir(exist_ok=True)
    whole = job.out / f"{file.stem}.jsonl"
    if whole.resolve() == file.resolve():
        raise UsageError(f"{job.out} is where {file.name} lies: choose another --out")
    clips = passing.clips(file, cleaned=False, sound=True)
    write_pairs(whole, (pair for clip in clips for pair in _kept(clip, job.out)))
    if job.cleaned:
        clips = read_clips(whole, passing.done.tally)
        cleaned = (
            pair
            for clip in clips
            for pair in replace(clip, pairs=passing.wanted(clip.pairs)).to_pairs()
        )
        write_pairs(job.out / f"{file.stem}.cleaned.jsonl", cleaned)


def _kept(clip: Clip, out: Path) -> Iterator[Pair]:
    """Put a clip's audio below `out`, and name it so in its pairs."""
    if clip.sound is None or clip.audio is None:
        yield from clip.to_pairs()
        return
    name = f"{AUDIOS}/{_name_below(clip.audio)}"
    target = out / name
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(target) as part:
            part.write_bytes(clip.sound)
    elif target.read_bytes() != clip.sound:
        raise UsageError(f"{target} is another clip of this name: choose another --out")
    yield from replace(clip, audio=name).to_pairs()


def _name_below(audio: str) -> str:
    """A clip's name without the folder that all audio is in; only its last part if it is absolute."""
    safe = safe_name(audio)
    if safe is None:
        return PurePath(audio).name
    return str(
        safe.relative_to(AUDIOS) if safe.parts[0] == AUDIOS and len(safe.parts) > 1 else safe
    )


def _with_id(clip: Clip) -> Clip:
    return clip if clip.id else replace(clip, id=PurePath(clip.audio or "").stem)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is read, and into what."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE",
        help="published or Alpaca's .json, *AQA.csv, .jsonl, .parquet, or a built set's folder")  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, metavar="OUT",
        help=f"a folder, or a file that ends in {', '.join(FORMS)}")  # fmt: skip
    parser.add_argument("--audio", type=Path, metavar="ZIP|DIR",
        help="audios.zip, read without unpacking it, or a folder (default: beside each file)")  # fmt: skip
    parser.add_argument("--cleaned", action="store_true",
        help="leave out pairs on tags, artists or what cannot be known; a folder gets both")  # fmt: skip
    parser.add_argument("--include-missing-audio", action="store_true",
        help="keep pairs whose audio is not found (default: they are counted)")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Read and say what came of it; 0: all, 1: some was left out, 2: nothing came of it."""
    from tqdm import tqdm

    job = Reading(
        tuple(arguments.files),
        arguments.out,
        arguments.audio,
        arguments.cleaned,
        arguments.include_missing_audio,
    )
    with tqdm(unit="clip", disable=not sys.stderr.isatty()) as bar:
        done = read(job, progress=bar.update)
    for line in done.tally.lines()[1:]:
        print(f"mullama: {line}", file=sys.stderr)
    for reason, count in done.unwanted.most_common():
        print(f"mullama: {count} pairs cleaned away: {reason}", file=sys.stderr)
    print(f"{job.out}: {done.pairs} pairs on {done.clips} clips")
    return 2 if not done.pairs else 1 if done.tally.left_out else 0
