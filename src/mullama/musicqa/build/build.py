"""`mullama musicqa build`: interviewed clips -> one numbered data set with its audio.

Written are the three published JSON files, our own JSONL with each clip's origin, `audios/`, the
register of all clips and a data card. A clip takes a number only when everything of it is there; a
build that was killed goes on where it stopped. Does not know who wrote the pairs.
"""

import argparse
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.files import write_clips
from mullama.data.formats.published import PARTS, audio_name
from mullama.data.tally import Tally
from mullama.errors import AudioError, UsageError
from mullama.jobs.atomic import remove_leftovers
from mullama.musicqa.build.card import write_card
from mullama.musicqa.build.copy_audio import copy_into, look_at
from mullama.musicqa.build.inputs import Candidate, candidates, find_audio, require_files
from mullama.musicqa.build.manifest import Manifest, ManifestEntry, SeenClips
from mullama.musicqa.build.plan import AUDIOS, PLAN, REGISTER, Build
from mullama.musicqa.whole import atomic_file

MAX_REPORTED = 10
"""How many failed clips the command names; the register names all."""


@dataclass
class Built:
    """What came of a build."""

    clips: int = 0
    failed: int = 0
    pairs: int = 0
    tally: Tally = field(default_factory=Tally)
    """Rows of tables that could not be read."""
    hints: list[str] = field(default_factory=list)
    """What would make the data card more complete."""


def build(
    job: Build,
    *,
    progress: Callable[[], object] = lambda: None,
    notice: Callable[[str], None] = lambda line: None,
) -> Built:
    """Build a set, or go on building it; a set that is complete stays as it is.

    `progress` is called for every clip, `notice` with a line for each that failed. Raises
    UsageError for inputs that are none, for a folder that holds something else, and where not one
    clip could be stored; then the folder goes again.
    """
    require_files(job.parts)
    _prepare(job)
    remove_leftovers(job.out)  # of a build that was killed
    built = Built()
    finished, manifest = job.out / REGISTER, Manifest(job.out / f"{REGISTER}.part")
    if not finished.exists():
        if not _store_clips(job, manifest, built.tally, progress, notice):
            shutil.rmtree(job.out)
            raise UsageError(f"not one clip could be stored, so {job.out} was not built")
        for part in job.parts:
            _write_part(job, part, manifest)
        manifest.path.replace(finished)
    for entry in Manifest(finished).entries():
        built.clips += bool(entry.audio_name)
        built.failed += bool(entry.failed)
    built.pairs = write_card(job.out, built.hints.append)
    return built


def _prepare(job: Build) -> None:
    """The folder is new, or holds this very build."""
    plan, kept = job.plan(), job.out / PLAN
    if kept.is_file():
        if kept.read_text(encoding="utf-8") != plan:
            raise UsageError(f"{job.out} holds a set built of other inputs: choose another --out")
        return
    try:
        job.out.mkdir(parents=True, exist_ok=True)
        if any(path.name != f"{PLAN}.part" for path in job.out.iterdir()):
            raise UsageError(f"{job.out} holds something else: choose another --out")
    except OSError as error:
        raise UsageError(f"{job.out} cannot be made: {error.strerror}") from error
    with atomic_file(kept) as part:
        part.write_text(plan, encoding="utf-8")


def _store_clips(
    job: Build,
    manifest: Manifest,
    tally: Tally,
    progress: Callable[[], object],
    notice: Callable[[str], None],
) -> int:
    """Bring every clip into the register, behind those that are there; how many have a number."""
    number, seen = 0, SeenClips()
    (job.out / AUDIOS).mkdir(exist_ok=True)
    with manifest, AudioResolver(job.audio) as audio:
        kept = manifest.entries()
        for candidate in candidates(job.parts, tally):
            entry = next(kept, None)
            if entry is None:
                entry = _entry(job, candidate, audio, number, seen)
                manifest.append(entry)
            elif entry.key != candidate.key:
                raise UsageError(f"{manifest.path} does not fit the inputs: start in another --out")
            if entry.failed:
                notice(f"{entry.source} {entry.id}: {entry.failed}")
            number += bool(entry.audio_name)
            seen.note(entry)
            progress()
    return number


def _entry(
    job: Build, candidate: Candidate, audio: AudioResolver, number: int, seen: SeenClips
) -> ManifestEntry:
    """Store one clip under the next number, or say why not and leave nothing behind."""
    part, clip = candidate.part, candidate.clip
    name = audio_name(number)
    target = job.out / AUDIOS / name
    try:
        if clip.failed:
            raise AudioError(f"the interview failed: {clip.failed}")
        seen.require_new_origin(clip.source, clip.id)
        try:
            source = find_audio(candidate, audio)
        except AudioError:
            if job.include_missing_audio:
                return ManifestEntry(part, clip.source, clip.id, name)
            raise
        try:
            if job.by_reference:
                stored, name = look_at(source), audio.lasting(source).resolve().as_posix()
            else:
                stored = copy_into(source, target)
        finally:
            audio.release(source)
        seen.require_new_sound(part, stored.sha256)
    except AudioError as error:
        target.unlink(missing_ok=True)
        return ManifestEntry(part, clip.source, clip.id, failed=str(error))
    seconds = round(stored.seconds, 3)
    return ManifestEntry(part, clip.source, clip.id, name, stored.sha256, seconds, stored.damaged)


def _write_part(job: Build, part: str, manifest: Manifest) -> None:
    """The published file and ours, of the clips that have a number."""
    folder = "" if job.by_reference else f"{AUDIOS}/"
    for file, prefix in ((PARTS[part], ""), (f"{part}.jsonl", folder)):
        write_clips(
            job.out / file,
            (
                replace(candidate.clip, audio=prefix + entry.audio_name, sha256=entry.sha256)
                for candidate, entry in _of_part(job, part, manifest)
            ),
            form="pairs" if file.endswith(".jsonl") else "published",
        )


def _of_part(
    job: Build, part: str, manifest: Manifest
) -> Iterator[tuple[Candidate, ManifestEntry]]:
    seen = zip(candidates(job.parts, Tally()), manifest.entries(), strict=True)
    return (
        (candidate, entry) for candidate, entry in seen if entry.part == part and not entry.failed
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What goes in, and where the set goes."""
    for part, file in PARTS.items():
        parser.add_argument(f"--{part}", nargs="+", type=Path, default=[], metavar="FILE",
            help=f".jsonl of `musicqa write` or *AQA.csv; becomes {file}")  # fmt: skip
    parser.add_argument("--out", required=True, type=Path, metavar="DIR", help="the set's folder")
    parser.add_argument("--audio", action="append", type=Path, default=[], metavar="DIR",
        help="where audio is looked for by name; may be given again")  # fmt: skip
    parser.add_argument("--by-reference", action="store_true",
        help="name the audio where it lies, copy nothing")  # fmt: skip
    parser.add_argument("--include-missing-audio", action="store_true",
        help="number also the clips whose audio is absent (default: they are counted)")  # fmt: skip
    parser.add_argument("--check", action="store_true",
        help="verify a finished set instead: files, lengths, repetitions, leaks between parts")  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Build or check. 0: all of it, 1: some clips failed, or the check found something."""
    parts: dict[str, Sequence[Path]] = {part: getattr(arguments, part) for part in PARTS}
    if arguments.check:
        from mullama.musicqa.build.check import run_check

        if any(parts.values()):
            raise UsageError("--check reads a finished set: give it --out alone")
        return run_check(arguments.out)
    given = {part: files for part, files in parts.items() if files}
    audio = tuple(arguments.audio)
    by_reference, missing = arguments.by_reference, arguments.include_missing_audio
    return _run_build(Build(given, arguments.out, audio, by_reference, missing))


def _run_build(job: Build) -> int:
    from tqdm import tqdm

    failures = 0

    def notice(line: str) -> None:
        nonlocal failures
        failures += 1
        if failures <= MAX_REPORTED:
            tqdm.write(f"mullama: {line}", file=sys.stderr)

    with tqdm(unit="clip", disable=not sys.stderr.isatty()) as bar:
        built = build(job, progress=bar.update, notice=notice)
    if failures > MAX_REPORTED:
        print(f"mullama: ... {built.failed} in all, see {job.out / REGISTER}", file=sys.stderr)
    for line in [*built.tally.lines()[1:], *built.hints]:
        print(f"mullama: {line}", file=sys.stderr)
    print(f"{job.out}: {built.clips} clips, {built.pairs} pairs, {built.failed} clips failed")
    unread = sum(built.tally.left_out.values())
    return 1 if built.failed or unread else 0
