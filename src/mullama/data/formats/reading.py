"""Any file of question-answer pairs that we know -> its clips with their pairs, one after the other.

Known are our JSONL, the lines of `musicqa write`, the published JSON and the *AQA.csv tables,
Alpaca's JSON, and parquet. Does not look for audio.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import groupby
from pathlib import Path

from mullama.data.formats.aqa_csv import is_aqa_csv, read_aqa_csv
from mullama.data.formats.parquet import read_parquet
from mullama.data.formats.published import PARTS
from mullama.data.records import ClipPairs, Pair, each_pair
from mullama.data.tables import bounded_lines, opened_text
from mullama.data.tally import LeftOut, Tally
from mullama.errors import UsageError
from mullama.musicqa.descriptions import Interviewed, read_interviewed

ENDINGS = (".jsonl", ".json", ".csv", ".parquet")


def expand(paths: Iterable[Path]) -> list[Path]:
    """The files that are meant: a folder stands for the published files, or ours, that it holds.

    Raises UsageError for what is not there or of no kind that is read.
    """
    files = []
    for path in paths:
        found = _parts_in(path) if path.is_dir() else [path]
        if not found:
            raise UsageError(f"{path}: none of {', '.join(PARTS.values())} there; name the files")
        files += found
    for file in files:
        if not file.is_file():
            raise UsageError(f"{file}: no such file")
        if file.suffix.lower() not in ENDINGS:
            raise UsageError(f"{file}: expected {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}")
    return files


def each_clip(file: Path, tally: Tally) -> Iterator[ClipPairs]:
    """The clips of a file; what has no pairs goes into the tally.

    Raises UsageError where the file is not what its ending says.
    """
    if file.suffix.lower() == ".parquet":
        yield from read_parquet(file)
    elif is_aqa_csv(file) or _is_interviewed(file):
        clips = read_aqa_csv(file, tally) if is_aqa_csv(file) else read_interviewed(file)
        for clip in clips:
            if clip.failed:
                tally.leave_out(LeftOut("with a failed interview", clip.id))
            else:
                yield ClipPairs(pairs_of(clip))
    else:
        for _, pairs in groupby(each_pair(file), key=lambda pair: pair.audio):
            yield ClipPairs(tuple(pairs))


def pairs_of(clip: Interviewed, audio: str | None = None, sha256: str = "") -> tuple[Pair, ...]:
    """An interviewed clip as pairs, which may name its audio anew."""
    named = audio if audio is not None else clip.audio
    return tuple(
        Pair(question, answer, named, clip.source, clip.id, clip.writer, clip.licence, sha256)
        for question, answer in clip.pairs
    )


def _parts_in(folder: Path) -> list[Path]:
    ours = [folder / f"{part}.jsonl" for part in PARTS]
    published = [folder / file for file in PARTS.values()]
    # Ours say more of each clip; both hold the same pairs.
    return next((found for files in (ours, published) if (found := _there(files))), [])


def _there(files: list[Path]) -> list[Path]:
    return [file for file in files if file.is_file()]


def _is_interviewed(file: Path) -> bool:
    """Whether a file holds the lines of `musicqa write`, told from its first."""
    if file.suffix.lower() != ".jsonl":
        return False
    with opened_text(file) as lines, suppress(ValueError, RecursionError):
        first = json.loads(next(bounded_lines(lines, file), "null"))
        return isinstance(first, dict) and bool({"pairs", "failed"} & first.keys())
    return False
