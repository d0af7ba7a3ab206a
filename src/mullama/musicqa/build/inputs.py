"""Files of interviewed clips, ours or the published tables -> clips with the places of their audio.

Does not read audio.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mullama.data.formats.aqa_csv import is_aqa_csv, read_aqa_csv
from mullama.data.formats.jsonl import read_clip_lines
from mullama.data.records import Clip
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.jobs.safe_paths import first_file, is_file


@dataclass(frozen=True)
class Candidate:
    """A clip that wants to be in a part of a data set."""

    part: str
    clip: Clip
    file: Path
    """Where it was read."""

    @property
    def key(self) -> tuple[str, str, str]:
        """As `Entry.key`."""
        return self.part, self.clip.source, self.clip.id


def candidates(parts: Mapping[str, Sequence[Path]], tally: Tally) -> Iterator[Candidate]:
    """All clips of all files, part by part, in the order given; unreadable rows go into the tally."""
    for part, files in parts.items():
        for file in files:
            clips = read_aqa_csv(file, tally) if is_aqa_csv(file) else read_clip_lines(file)
            for clip in clips:
                yield Candidate(part, clip, file)


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
    """The clip's file: where its line says, or else below the given folders; None where absent.

    A published table says only names; they are looked for beside it and below the folders, and
    cannot lead elsewhere.
    """
    name = candidate.clip.audio
    if not name:
        return None
    if not is_aqa_csv(candidate.file):
        for place in (Path(name), candidate.file.parent / name):
            if is_file(place):
                return place
    base = PurePosixPath(name).name
    for folder in (*folders, candidate.file.parent):
        found = first_file(folder, name, f"audios/{name}", base, f"audios/{base}")
        if found is not None:
            return found
    return None
