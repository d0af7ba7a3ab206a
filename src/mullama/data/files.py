"""Any file of question-answer pairs that we know -> its clips with their pairs, one after the other.

Known are our JSONL, the lines of `musicqa write`, the published JSON and the *AQA.csv tables,
Alpaca's JSON, and parquet. Does not look for audio.
"""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from mullama.data.formats.aqa_csv import is_aqa_csv, read_aqa_csv
from mullama.data.formats.jsonl import clips_of, read_clip_lines
from mullama.data.formats.parquet import read_parquet
from mullama.data.formats.published import PARTS
from mullama.data.records import Clip, Pair
from mullama.data.tables import bounded_lines, opened_text
from mullama.data.tally import Tally
from mullama.errors import UsageError
from mullama.jobs.atomic import atomic_file

SUFFIXES = (".jsonl", ".json", ".csv", ".parquet")


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
        if file.suffix.lower() not in SUFFIXES:
            raise UsageError(f"{file}: expected {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    return files


def read_clips(file: Path, tally: Tally) -> Iterator[Clip]:
    """The clips of a file, also those that failed; rows that are none go into the tally.

    Raises UsageError where the file is not what its ending says.
    """
    if file.suffix.lower() == ".parquet":
        yield from read_parquet(file)
    elif is_aqa_csv(file) or _is_clip_lines(file):
        yield from read_aqa_csv(file, tally) if is_aqa_csv(file) else read_clip_lines(file)
    else:
        yield from clips_of(each_pair(file))


def _parts_in(folder: Path) -> list[Path]:
    ours = [folder / f"{part}.jsonl" for part in PARTS]
    published = [folder / file for file in PARTS.values()]
    # Ours say more of each clip; both hold the same pairs.
    return next((found for files in (ours, published) if (found := _there(files))), [])


def _there(files: list[Path]) -> list[Path]:
    return [file for file in files if file.is_file()]


def _is_clip_lines(file: Path) -> bool:
    """Whether a file holds the lines of `musicqa write`, told from its first."""
    if file.suffix.lower() != ".jsonl":
        return False
    with opened_text(file) as lines, suppress(ValueError, RecursionError):
        first = json.loads(next(bounded_lines(lines, file), "null"))
        return isinstance(first, dict) and bool({"pairs", "failed"} & first.keys())
    return False


def read_pairs(path: Path | str) -> list[Pair]:
    """All pairs of a .jsonl or .json file, in order.

    Raises UsageError naming the file and the line or item that cannot be read.
    """
    return list(each_pair(path))


def each_pair(path: Path | str) -> Iterator[Pair]:
    """The pairs of a file, one at a time; of JSONL only one line is in memory.

    Raises UsageError like `read_pairs`, when it comes to the place.
    """
    path = Path(path)
    try:
        with path.open(encoding="utf-8") as file:
            yield from (
                _pair_lines(path, file) if path.suffix == ".jsonl" else _items(path, file.read())
            )
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}: {error}") from error


def write_pairs(path: Path, pairs: Iterable[Pair]) -> int:
    """Write our JSONL, whole or not at all; how many lines."""
    count = 0
    with atomic_file(path) as part, part.open("w", encoding="utf-8") as file:
        for count, pair in enumerate(pairs, start=1):  # noqa: B007 - the last count is the result
            file.write(json.dumps(pair.as_dict(), ensure_ascii=False) + "\n")
    return count


def _pair_lines(path: Path, lines: Iterable[str]) -> Iterator[Pair]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            where = f"{path}, line {number}"
            yield Pair.from_dict(_parsed(line, where), where)


def _items(path: Path, text: str) -> Iterator[Pair]:
    stored = _parsed(text, str(path))
    if not isinstance(stored, list):
        raise UsageError(f"{path}: expected a list of items, as MusicQA and Alpaca have them")
    for number, item in enumerate(stored):
        where = f"{path}, item {number}"
        if isinstance(item, dict) and "conversation" in item:
            yield _conversation(item, where)
        elif isinstance(item, dict) and "instruction" in item:
            yield _instruction(item, where)
        else:
            yield Pair.from_dict(item, where)


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{where}: no JSON: {error}") from error


def _conversation(item: dict[str, Any], where: str) -> Pair:
    """The published layout: a human's line and the model's."""
    try:
        question, answer = (turn["value"] for turn in item["conversation"])
    except (TypeError, KeyError, ValueError) as error:
        raise UsageError(f'{where}: "conversation" is not one question and one answer') from error
    return Pair.from_dict(
        {"question": question, "answer": answer, "audio": item.get("audio_name")}, where
    )


def _instruction(item: dict[str, Any], where: str) -> Pair:
    """Alpaca's layout (Taori et al. 2023): an instruction, perhaps with an input, and an output."""
    question = item["instruction"]
    if item.get("input"):
        question = f"{question}\n{item['input']}"
    return Pair.from_dict(
        {"question": question, "answer": item.get("output"), "source": "alpaca"}, where
    )
