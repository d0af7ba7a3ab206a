"""The published intermediate tables (`MusicCapsAQA.csv` and its like) <-> clips.

Separated by semicolons: an unnamed index, `audio_name`, a column for each fixed question, then
`OpenQA1` to `OpenQA5` with `Q:<question><tab>A:<answer>`. Source and id are told from the names;
descriptions and writers are not in these files. Does not know where audio lies.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

from mullama.data.formats.format import Format, Written
from mullama.data.formats.published import FIXED_QUESTIONS, OPEN_QUESTIONS
from mullama.data.records import Clip
from mullama.data.tables import Row, Table
from mullama.data.tally import LeftOut, Tally
from mullama.jobs.atomic import atomic_file
from mullama.jobs.csv_lines import ROW_END, PlainRowEnds

AUDIO_COLUMN = "audio_name"
OPEN_COLUMNS = tuple(f"OpenQA{number}" for number in range(1, OPEN_QUESTIONS + 1))
OPEN_CELL = re.compile(r"\s*Q:\s*(?P<question>.*?)\s*\tA:\s*(?P<answer>.*?)\s*", re.DOTALL)
MUSICCAPS_FILE = re.compile(r"\[(?P<id>[\w-]+)\]-\[\d+-\d+\]\.\w+", re.ASCII)
JAMENDO_FILE = re.compile(r"(?:.*/)?(?P<number>\d+)(?:\.low)?\.\w+", re.ASCII)
SOURCES_BY_FILE = {"MusicCaps": "musiccaps", "MTT": "magnatagatune", "MTG": "jamendo"}


def read_aqa_csv(path: Path, tally: Tally) -> Iterator[Clip]:
    """The clips of a table, row by row; rows that are incomplete go into the tally.

    Raises UsageError when the header is another one.
    """
    table = Table(path, (AUDIO_COLUMN, *OPEN_COLUMNS), delimiter=";")
    known = {"", AUDIO_COLUMN, *OPEN_COLUMNS}
    fixed = [column for column in table.columns if column not in known]
    source = next(
        (ours for mark, ours in SOURCES_BY_FILE.items() if path.name.startswith(mark)), ""
    )
    for row in table.rows(tally):
        try:
            yield _to_clip(row, fixed, source or path.stem)
        except LeftOut as left:
            tally.leave_out(left)


def write_aqa_csv(path: Path, clips: Iterable[Clip], tally: Tally) -> Written:
    """Write a row a clip; those without the four fixed and five open questions have no place here."""
    written = 0
    with atomic_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(PlainRowEnds(file), delimiter=";", lineterminator=ROW_END)
        writer.writerow(["", AUDIO_COLUMN, *FIXED_QUESTIONS, *OPEN_COLUMNS])
        for clip in clips:
            try:
                writer.writerow([written, *_cells(clip)])
            except LeftOut as left:
                tally.leave_out(left)
            else:
                written += 1
    return Written(written, written * (len(FIXED_QUESTIONS) + OPEN_QUESTIONS))


def _to_clip(row: Row, fixed: list[str], source: str) -> Clip:
    name = row.cells[AUDIO_COLUMN].strip()
    if not name:
        raise row.malformed(AUDIO_COLUMN, "is empty")
    pairs = []
    for question in fixed:
        answer = row.cells[question].strip()
        if not answer:
            raise row.malformed(question, "is empty")
        pairs.append((question, answer))
    for column in OPEN_COLUMNS:
        found = OPEN_CELL.fullmatch(row.cells[column])
        if found is None or not found["question"] or not found["answer"]:
            raise row.malformed(column, "is not Q:<question><tab>A:<answer>")
        pairs.append((found["question"], found["answer"]))
    return Clip(
        id=source_id(source, name),
        source=source,
        text="",
        kind="caption" if source == "musiccaps" else "tags",
        writer="",
        audio=name,
        pairs=tuple(pairs),
    )


def source_id(source: str, name: str) -> str:
    """The id that our own reading of the collection gives to the clip of this file name.

    MagnaTagATune's ids are not in its file names; there it is the name without its ending.
    """
    if source == "musiccaps" and (found := MUSICCAPS_FILE.fullmatch(name)):
        return found["id"]
    if source == "jamendo" and (found := JAMENDO_FILE.fullmatch(name)):
        return f"track_{int(found['number']):07d}"
    return PurePath(name).stem


def _cells(clip: Clip) -> list[str]:
    fixed, open_pairs = clip.pairs[: len(FIXED_QUESTIONS)], clip.pairs[len(FIXED_QUESTIONS) :]
    if tuple(question for question, _ in fixed) != FIXED_QUESTIONS:
        raise LeftOut("without the fixed questions", clip.id or str(clip.audio))
    if len(open_pairs) != OPEN_QUESTIONS:
        raise LeftOut(f"without {OPEN_QUESTIONS} open questions", clip.id or str(clip.audio))
    open_cells = [f"Q:{_no_tab(question)}\tA:{_no_tab(answer)}" for question, answer in open_pairs]
    return [_file_name(clip), *(answer for _, answer in fixed), *open_cells]


def _no_tab(text: str) -> str:
    return text.replace("\t", " ")


def _file_name(clip: Clip) -> str:
    """As the published tables name it: Jamendo's with their folder, the others without."""
    parts = PurePath(clip.audio or clip.id).parts
    return "/".join(parts[-2:] if clip.source == "jamendo" else parts[-1:])


AQA_CSV = Format(suffixes=(".csv",), read=read_aqa_csv, write=write_aqa_csv)
