"""Our JSONL <-> clips: a pair a line, or a clip with its pairs a line, as `musicqa write` leaves them.

Of a file one line is in memory. Does not know where audio lies.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from mullama.data.formats.format import Format, Written
from mullama.data.records import Clip, Pair, to_clips
from mullama.data.tables import json_lines
from mullama.data.tally import LeftOut, Tally
from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file
from mullama.jobs.jsonl import from_line, to_line


def read_pair_lines(path: Path, tally: Tally) -> Iterator[Clip]:
    """The clips of a file of pairs: lines that follow each other and tell of one clip are together."""
    return to_clips(Pair.from_dict(values, where) for where, values in objects(path))


def read_clip_lines(path: Path, tally: Tally | None = None) -> Iterator[Clip]:
    """The clips of a file of clips, also those that failed."""
    return (Clip.from_dict(values, where) for where, values in objects(path))


def write_pair_lines(path: Path, clips: Iterable[Clip], tally: Tally) -> Written:
    """Write every pair with all that is known of its clip."""
    written, pairs = 0, 0
    with atomic_file(path) as part, part.open("wb") as file:
        for clip in clips:
            for pair in clip.to_pairs():
                _write_line(file, pair.as_dict(), f"a pair about {clip.audio or clip.id!r}")
                pairs += 1
            written += bool(clip.pairs)
    return Written(written, pairs)


def write_clip_lines(path: Path, clips: Iterable[Clip], tally: Tally) -> Written:
    """Write every clip with its pairs; one without source and id has no place here."""
    written, pairs = 0, 0
    with atomic_file(path) as part, part.open("wb") as file:
        for clip in clips:
            if not clip.source or not clip.id:
                tally.leave_out(LeftOut("without source and id", str(clip.audio)))
                continue
            _write_line(file, clip.as_dict(), f"clip {clip.id!r}")
            written, pairs = written + 1, pairs + len(clip.pairs)
    return Written(written, pairs)


def objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The object of every line that is not blank, behind the place where it stands.

    Raises UsageError naming the line that is too long, not UTF-8, or not a JSON object.
    """
    for line in json_lines(path):
        where = f"{path}, line {line.number}"
        try:
            yield where, from_line(line.content)
        except ValueError as error:
            raise UsageError(f"{where}: {error}") from error


def _write_line(file: BinaryIO, values: Mapping[str, Any], what: str) -> None:
    try:
        file.write(to_line(values))
    except ValueError as error:
        raise UsageError(f"{what} cannot be written as a line: {error}") from error


def _has_clips(path: Path) -> bool:
    """Whether the first line is a clip with its pairs, or says why it has none."""
    with suppress(UsageError):
        for _, values in objects(path):
            return bool({"pairs", "failed"} & values.keys())
    return False


PAIRS = Format(suffixes=(".jsonl",), read=read_pair_lines, write=write_pair_lines)
CLIPS = Format(suffixes=(".jsonl",), read=read_clip_lines, write=write_clip_lines, sniff=_has_clips)
