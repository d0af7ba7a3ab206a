"""Files of clips with their pairs -> one numbered data set with its audio.

Written are the three published JSON files, our own JSONL with each clip's origin, `audios/`, the
manifest of all clips and a data card. A killed build resumes. Does not know
who wrote the pairs.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.files import write_clips
from mullama.data.formats.published import PARTS
from mullama.data.records import Clip
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.jobs.atomic import remove_leftovers, told_as, write_text
from mullama.jobs.digest import bytes_digest, file_digest
from mullama.jobs.log import JsonlLog
from mullama.jobs.run import run
from mullama.musicqa.build.card import write_card
from mullama.musicqa.build.inputs import candidates, require_files
from mullama.musicqa.build.manifest import read_manifest, write_manifest
from mullama.musicqa.build.numbering import LOG_LINES, NumberedClip, Numbering
from mullama.musicqa.build.plan import AUDIOS, MANIFEST, PLAN, BuildOptions
from mullama.musicqa.build.prepare_audio import AudioPreparer

LOG = "build.log.jsonl"
UNNUMBERED = "unnumbered"
"""A log, and the folder of audio that has no number yet: there only while a set is built."""


@dataclass
class BuildReport:
    """What came of a build."""

    clips: int = 0
    failed: int = 0
    pairs: int = 0
    tally: Tally = field(default_factory=Tally)
    """Rows of tables that could not be read."""
    hints: list[str] = field(default_factory=list)
    """What would make the data card more complete."""


def build(
    options: BuildOptions,
    *,
    progress: bool | Callable[[int], None] = False,
    notice: Callable[[str], None] = lambda line: None,
) -> BuildReport:
    """Build a set, or go on building it; a set that is complete stays as it is.

    `progress` is as in `jobs.run`; `notice` is called with a line for each clip that is not in the
    set. Raises UsageError for inputs that cannot be used, for a folder that holds something else, and
    where not one clip could be stored; then the folder goes again.
    """
    require_files(options.parts)
    _prepare_folder(options)
    report = BuildReport()
    if not (options.out / MANIFEST).exists():
        if not _number_clips(options, report.tally, progress, notice):
            shutil.rmtree(options.out)
            raise UsageError(f"not one clip could be stored, so {options.out} was not built")
        _write_files(options)
    _tidy(options.out)
    for entry in read_manifest(options.out / MANIFEST):
        report.clips += bool(entry.audio_name)
        report.failed += bool(entry.failed)
    report.pairs = write_card(options.out, report.hints.append)
    return report


def _prepare_folder(options: BuildOptions) -> None:
    """The folder is new, or holds this very build."""
    out, plan, path = options.out, options.plan(), options.out / PLAN
    if path.is_file():
        if file_digest(path) != bytes_digest(plan.encode()):
            raise UsageError(f"{out} holds a set built of other inputs: choose another --out")
        return
    with told_as(out, UsageError):
        out.mkdir(parents=True, exist_ok=True)
        remove_leftovers(out)
        if any(out.iterdir()):
            raise UsageError(f"{out} holds something else: choose another --out")
    write_text(path, plan)


def _number_clips(
    options: BuildOptions,
    tally: Tally,
    progress: bool | Callable[[int], None],
    notice: Callable[[str], None],
) -> int:
    """Bring every clip into the log, behind those that are there; how many have a number."""
    out = options.out
    log = JsonlLog[NumberedClip](out / LOG, LOG_LINES, advice="it builds the same set, wait for it")
    with AudioResolver(options.audio) as audio:
        preparer = AudioPreparer(out / UNNUMBERED, audio, options.by_reference, options.workers)
        allow_missing = options.include_missing_audio
        numbering = Numbering(out, log, preparer, notice, allow_missing=allow_missing)
        run(
            candidates(options.parts, tally),
            numbering,
            log,
            key=lambda candidate: str(candidate.place),
            unit="clip",
            progress=progress,
        )
    return numbering.number


def _write_files(options: BuildOptions) -> None:
    """The published files and ours, of the clips that have a number; at last the manifest."""
    out = options.out
    for part in options.parts:
        write_clips(out / f"{part}.jsonl", _clips_of(out / LOG, part), form="pairs")
        published = map(_as_published, _clips_of(out / LOG, part))
        write_clips(out / PARTS[part], published, form="published")
    write_manifest(out / MANIFEST, (numbered.entry for numbered in LOG_LINES.read(out / LOG)))


def _clips_of(log: Path, part: str) -> Iterator[Clip]:
    for numbered in LOG_LINES.read(log):
        if numbered.clip is not None and numbered.entry.part == part:
            yield numbered.clip


def _as_published(clip: Clip) -> Clip:
    return replace(clip, audio=(clip.audio or "").removeprefix(f"{AUDIOS}/"))


def _tidy(out: Path) -> None:
    """Remove what a finished set does not need."""
    remove_leftovers(out)
    with told_as(out, UsageError):
        (out / LOG).unlink(missing_ok=True)
    shutil.rmtree(out / UNNUMBERED, ignore_errors=True)
