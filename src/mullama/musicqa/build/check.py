"""A finished data set -> what is wrong with it: missing files, lengths, repetitions, leaks.

Works on a set of ours and on the published files with their audio unpacked. Does not repair.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from mullama.data.files import read_pairs
from mullama.data.formats.published import PARTS
from mullama.data.records import Pair
from mullama.errors import AudioError, UsageError
from mullama.jobs.safe_paths import is_file, safe_name
from mullama.musicqa.build.copy_audio import Stored, look_at
from mullama.musicqa.build.manifest import read_manifest
from mullama.musicqa.build.plan import AUDIOS, MANIFEST

MIN_SECONDS = 1.0
MAX_SECONDS = 3600.0
MAX_REPORTED = 5

MISSING = "file missing"
UNREADABLE = "cannot be decoded"
CHANGED = "file is not the one that was stored"
SHORT = f"shorter than {MIN_SECONDS:g} s"
LONG = f"longer than {MAX_SECONDS:g} s"
REPEATED = "question asked twice of a clip"
EMPTY = "empty question or answer"
SAME_SOUND = "same sound under two names"
LEAK_SOUND = "same sound in two parts"
LEAK_ORIGIN = "same clip of a collection in two parts"
DISAGREE = "published file and JSONL differ"


@dataclass
class Findings:
    """What was found; a set is valid when nothing was."""

    clips: int = 0
    pairs: int = 0
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    """Kind of finding -> how often."""
    examples: dict[str, list[str]] = field(default_factory=dict)

    def found(self, kind: str, what: str) -> None:
        """Count one finding and keep the first few of its kind."""
        self.counts[kind] += 1
        examples = self.examples.setdefault(kind, [])
        if len(examples) < MAX_REPORTED:
            examples.append(what)

    def lines(self) -> list[str]:
        """One line for each kind, commonest first."""
        return [
            f"{n} x {kind}: {', '.join(self.examples[kind])}{', ...' if n > MAX_REPORTED else ''}"
            for kind, n in self.counts.most_common()
        ]


@dataclass
class _Clip:
    """What is remembered of a clip until the end."""

    part: str
    questions: set[str] = field(default_factory=set)


def check(folder: Path) -> Findings:
    """Read a whole set, its audio too. Raises UsageError where there is none."""
    parts = [part for part, file in PARTS.items() if (folder / file).is_file()]
    if not parts:
        raise UsageError(f"{folder}: none of {', '.join(PARTS.values())} there")
    findings = Findings()
    clips: dict[str, _Clip] = {}
    for part in parts:
        _check_pairs(folder, part, clips, findings)
    _check_origins(folder, parts, findings)
    _check_audio(folder, clips, findings)
    return findings


def _check_pairs(folder: Path, part: str, clips: dict[str, _Clip], findings: Findings) -> None:
    """One part's published file, compared with ours where that is there."""
    own_file = folder / f"{part}.jsonl"
    own = read_pairs(own_file) if own_file.is_file() else None
    for pair in read_pairs(folder / PARTS[part]):
        findings.pairs += 1
        name = pair.audio or ""
        if not pair.question.strip() or not pair.answer.strip():
            findings.found(EMPTY, name)
        clip = clips.setdefault(name, _Clip(part))
        if clip.part != part:
            findings.found(LEAK_SOUND, f"{name} in {clip.part} and {part}")
        elif pair.question in clip.questions:
            findings.found(REPEATED, f"{name}: {pair.question}")
        clip.questions.add(pair.question)
        if own is not None and not _agree(pair, next(own, None)):
            findings.found(DISAGREE, f"{name}: {pair.question}")
            own = None  # from here on every line would differ
    if own is not None and next(own, None) is not None:
        findings.found(DISAGREE, f"{own_file} is longer")


def _agree(published: Pair, own: Pair | None) -> bool:
    return (
        own is not None
        and (published.question, published.answer) == (own.question, own.answer)
        and (own.audio or "").endswith(published.audio or "")
    )


def _check_origins(folder: Path, parts: list[str], findings: Findings) -> None:
    origins: dict[tuple[str, str], str] = {}
    for part in parts:
        if not (folder / f"{part}.jsonl").is_file():
            continue
        here = {(pair.source, pair.source_id) for pair in read_pairs(folder / f"{part}.jsonl")}
        for source, clip in sorted(here):
            other = origins.setdefault((source, clip), part)
            if clip and other != part:
                findings.found(LEAK_ORIGIN, f"{source} {clip} in {other} and {part}")


def _check_audio(folder: Path, clips: dict[str, _Clip], findings: Findings) -> None:
    from tqdm import tqdm

    manifest = folder / MANIFEST
    stored = {
        entry.audio_name: entry.sha256
        for entry in (read_manifest(manifest) if manifest.is_file() else ())
    }
    first: dict[str, str] = {}
    for name, clip in tqdm(clips.items(), unit="clip", disable=not sys.stderr.isatty()):
        findings.clips += 1
        audio = _look_at(folder, name, findings)
        if audio is None:
            continue
        findings.seconds += audio.seconds
        if audio.seconds < MIN_SECONDS:
            findings.found(SHORT, f"{name}, {audio.seconds:.2f} s")
        if audio.seconds > MAX_SECONDS:
            findings.found(LONG, f"{name}, {audio.seconds:.0f} s")
        if stored.get(name, audio.sha256) != audio.sha256:
            findings.found(CHANGED, name)
        other = first.setdefault(audio.sha256, name)
        if other != name:
            kind = SAME_SOUND if clips[other].part == clip.part else LEAK_SOUND
            findings.found(kind, f"{other} and {name}")


def _look_at(folder: Path, name: str, findings: Findings) -> Stored | None:
    """The clip's file, read; None where that cannot be done, which is a finding."""
    # An absolute name is a set by reference; any other must stay in the folder.
    path = Path(name) if Path(name).is_absolute() else folder / AUDIOS / (safe_name(name) or "")
    if not name or not is_file(path):
        findings.found(MISSING, name)
        return None
    try:
        return look_at(path)
    except AudioError as error:
        findings.found(UNREADABLE, str(error))
        return None
