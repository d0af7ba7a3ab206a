"""Files of pairs of any format -> clips with the places of their audio, part by part.

Does not read audio.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mullama.data.audio import AudioResolver
from mullama.data.files import expand, read_clips
from mullama.data.records import Clip
from mullama.data.tally import NO_AUDIO, Tally
from mullama.errors import AudioError, UsageError


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
            for clip in read_clips(file, tally):
                yield Candidate(part, clip, file, place)
                place += 1


def require_files(parts: Mapping[str, Sequence[Path]]) -> None:
    """Raises UsageError unless every file is there, once, and of a kind that is read."""
    files = [file for named in parts.values() for file in named]
    if not files:
        raise UsageError("nothing to build: give --pretrain, --finetune or --eval a file")
    for file in files:
        if file.is_dir():
            raise UsageError(f"{file}: is a folder; name the files, since each belongs to a part")
    expand(files)
    if len({file.resolve() for file in files}) < len(files):
        raise UsageError("a file is given twice; a clip belongs into one part only")


def find_audio(candidate: Candidate, audio: AudioResolver) -> Path:
    """The clip's file; raises AudioError where there is none in the folders that may be looked into."""
    if candidate.clip.audio is None and candidate.clip.sound is None:
        raise AudioError(NO_AUDIO)
    try:
        return audio.find(candidate.clip, candidate.file)
    except AudioError as error:
        raise AudioError(f"{NO_AUDIO}: {error}") from error
