"""Files of clips with their pairs, ours or the published tables -> clips with the places of their audio.

Does not read audio.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mullama.data.formats.aqa_csv import is_aqa_csv, read_aqa_csv
from mullama.data.formats.jsonl import read_clip_lines
from mullama.data.records import Clip
from mullama.data.tally import Tally
from mullama.errors import AudioError, UsageError
from mullama.jobs.safe_paths import first_file, inside, is_file


@dataclass(frozen=True)
class Candidate:
    """A clip that is to be in a part of a data set."""

    part: str
    clip: Clip
    file: Path
    """Where it was read."""
    place: int = 0
    """How many clips of the inputs come before it."""


def candidates(parts: Mapping[str, Sequence[Path]], tally: Tally) -> Iterator[Candidate]:
    """All clips of all files, part by part, in the order given; unreadable rows go into the tally."""
    place = 0
    for part, files in parts.items():
        for file in files:
            clips = read_aqa_csv(file, tally) if is_aqa_csv(file) else read_clip_lines(file)
            for clip in clips:
                yield Candidate(part, clip, file, place)
                place += 1


def require_files(parts: Mapping[str, Sequence[Path]]) -> None:
    """Raises UsageError unless every file is there, once, and of a kind that is read."""
    files = [file for named in parts.values() for file in named]
    if not files:
        raise UsageError("nothing to build: give --pretrain, --finetune or --eval a file")
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file")
        if not is_aqa_csv(file) and file.suffix != ".jsonl":
            raise UsageError(f"{file}: expected the .jsonl of `musicqa write`, or an *AQA.csv")
    if len({file.resolve() for file in files}) < len(files):
        raise UsageError("a file is given twice; a clip belongs into one part only")


def find_audio(candidate: Candidate, folders: Sequence[Path]) -> Path | None:
    """The clip's file, below the given folders or that of its line; None where it is absent.

    A line may come from anybody: raises AudioError where it names a file that lies elsewhere, be it by
    an absolute name, by `..` or by a link.
    """
    name = candidate.clip.audio
    if not name:
        return None
    roots = (*folders, candidate.file.parent)
    found = _named(candidate, name) or _looked_up(name, roots)
    if found is not None and not any(inside(root, found.absolute()) for root in roots):
        raise AudioError(
            f"audio outside of the named folders: {candidate.file} names {found}; to allow for that "
            f"give --audio {found.absolute().parent}"
        )
    return found


def _named(candidate: Candidate, name: str) -> Path | None:
    """The file where the line says; a published table says only names."""
    if is_aqa_csv(candidate.file):
        return None
    return next((p for p in (Path(name), candidate.file.parent / name) if is_file(p)), None)


def _looked_up(name: str, folders: Sequence[Path]) -> Path | None:
    base = PurePosixPath(name).name
    for folder in folders:
        found = first_file(folder, name, f"audios/{name}", base, f"audios/{base}")
        if found is not None:
            return found
    return None
