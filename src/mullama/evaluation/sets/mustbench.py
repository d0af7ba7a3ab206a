"""MusTBench (Kwon et al. 2026, arXiv 2605.29300): when things happen in whole tracks -> items.

Form: `benchmarks/mustbench.parquet` of the published repository (or its rows as JSONL), 1,264 rows on
875 tracks with id, track_id, task, category, qa_type, question, answer, answers, split. Tasks are TSG and
MTR, answered by times (M:SS, M:SS-M:SS); TAD, by a description; LTR and GTO, by a letter, whose
options stand in the question, a line each. How the options are marked and the files named is not
documented: `A. text`, `A) text` and `(A) text` are read, and `<track_id>` with any usual ending.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.tally import LeftOut, Tally
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.locate import Locator
from mullama.evaluation.sets.options import listed, require_options, right_option
from mullama.evaluation.sets.rows import Row, files_of, gather, read_rows, to_set

PATTERNS = ("benchmarks/mustbench.parquet", "mustbench.parquet", "*.parquet", "*.jsonl")
CHOICES = frozenset({"LTR", "GTO"})
TEST = "test"
SUFFIXES = ("", ".mp3", ".wav", ".flac", ".ogg", ".m4a")


def read(path: Path, audio: AudioResolver) -> EvaluationSet:
    """The set's file, or its repository's folder; raises UsageError for another form."""
    file, tally = files_of(path, *PATTERNS)[0], Tally()
    items = gather(read_rows(file), partial(_items, Locator(file, audio)), tally)
    return to_set("mustbench", [file], items, tally)


def _items(locate: Locator, row: Row) -> Iterator[Item]:
    if (split := row.maybe("split") or TEST) != TEST:
        raise LeftOut(f"of the split {split}", row.where)
    track, task = row.text("track_id"), row.text("task")
    details = filter(None, (row.maybe("category"), row.maybe("qa_type")))
    yield Item(
        id=row.text("id"),
        track=track,
        topic=": ".join((task, *details)),
        **_asked(row, task),
        **locate.first(*(f"{track}{suffix}" for suffix in SUFFIXES)),
    )


def _asked(row: Row, task: str) -> dict[str, Any]:
    asked, answers = row.text("question"), row.texts("answers") or row.texts("answer")
    if not answers:
        row.refuse("'answer' is missing")
    if task not in CHOICES:
        return {"question": asked, "references": answers}
    question, found = listed(asked)
    if not found:
        raise LeftOut("a choice whose options are not in its question", row.where)
    options = require_options(found, row.where)
    right = right_option(options, row.maybe("answer") or answers[0], row.where)
    return {"question": question, "options": options, "right": right}
