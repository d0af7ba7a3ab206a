"""Benchmarks of all kinds of audio, of which the questions about music are read -> items.

MMAU (Sakshi et al. 2024, arXiv 2410.19168; Sakshi113/MMAU, versions of 2024 and v05.15.25):
`mmau-test-mini.json`, `mmau-test.json`, lists of id, audio_id, question, choices, answer, dataset, task,
split, category, sub-category, difficulty; music is task "music". The key is the text of a choice,
sometimes behind its letter. The test part's answers are withheld.

MMAU-Pro (Kumar et al. 2025, gamma-lab-umd/MMAU-Pro): `test.parquet` with id, audio_path (a list),
question, answer, choices, category, sub-cat, perceptual_skills, ...; music is category "music". 215
questions of all have no choices and are open.

MMAR (Ma et al. 2025, arXiv 2505.13032; ddlBoJack/MMAR, BoJack/MMAR): `MMAR-meta.json`, a list of id,
audio_path, question, choices, answer, modality, category, sub-category, language, source, url,
timestamp; music is modality "music" (206 of 1,000; mixes with speech and sound are left out). Files are
named `<video>_<begin>_<end>.wav`.

All three as JSON list, JSONL or parquet, and with `options` for `choices`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from mullama.data.audio import AudioResolver
from mullama.data.tally import LeftOut, Tally
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.locate import Locator
from mullama.evaluation.sets.options import require_options, right_option
from mullama.evaluation.sets.rows import Row, files_of, gather, read_rows, to_set

MUSIC = "music"
_OF_VIDEO = re.compile(r"(.+?)_\d\d-\d\d-\d\d_\d\d-\d\d-\d\d")


@dataclass(frozen=True)
class Benchmark:
    """What one of them calls things."""

    name: str
    patterns: tuple[str, ...]
    """The files of a folder."""
    kind: tuple[str, ...]
    """Where a row says what kind of audio it is about; music is "music"."""
    topics: tuple[str, ...]
    """Categories, the wider first."""
    licence: str


MMAU = Benchmark(
    "mmau",
    ("mmau-test-mini.json", "mmau-test.json", "*.json", "*.parquet"),
    ("task",),
    ("category", "sub-category"),
    "Apache-2.0",
)
MMAU_PRO = Benchmark(
    "mmau-pro",
    ("test.parquet", "*.parquet", "*.json", "*.jsonl"),
    ("category",),
    ("sub-cat",),
    "CC-BY-NC-4.0",
)
MMAR = Benchmark(
    "mmar",
    ("MMAR-meta.json", "*.json", "*.jsonl", "*.parquet"),
    ("modality",),
    ("category", "sub-category"),
    "CC-BY-NC-4.0",
)


def read_mmau(path: Path, audio: AudioResolver) -> EvaluationSet:
    """MMAU's music, from its file or its folder."""
    return _read(MMAU, path, audio)


def read_mmau_pro(path: Path, audio: AudioResolver) -> EvaluationSet:
    """MMAU-Pro's music with one clip a question, from its file or its folder."""
    return _read(MMAU_PRO, path, audio)


def read_mmar(path: Path, audio: AudioResolver) -> EvaluationSet:
    """MMAR's music, from its file or its folder."""
    return _read(MMAR, path, audio)


def _read(benchmark: Benchmark, path: Path, audio: AudioResolver) -> EvaluationSet:
    file, tally = files_of(path, *benchmark.patterns)[0], Tally()
    make = partial(_items, benchmark, Locator(file, audio))
    items = gather(read_rows(file), make, tally)
    return to_set(benchmark.name, [file], items, tally, licence=benchmark.licence)


def _items(benchmark: Benchmark, locate: Locator, row: Row) -> Iterator[Item]:
    kind = row.text(*benchmark.kind)
    if kind.casefold() != MUSIC:
        raise LeftOut("not about music alone", row.where)
    clips = row.texts("audio_path", "audio_id", "audio")
    if len(clips) > 1:
        raise LeftOut("about several clips", row.where)
    name = row.text("audio_path", "audio_id", "audio") if not clips else clips[0]
    video = _OF_VIDEO.fullmatch(PurePosixPath(name).stem)
    yield Item(
        id=row.text("id", "question_id"),
        question=row.text("question"),
        track=video[1] if video else "",
        topic=": ".join(filter(None, (row.maybe(column) for column in benchmark.topics))),
        source=row.maybe("dataset", "source"),
        source_id=video[1] if video else "",
        **_answer(row),
        **locate(name),
    )


def _answer(row: Row) -> dict[str, Any]:
    """The options with the right one, or the references of an open question."""
    key = row.maybe("answer")
    if not (texts := row.texts("choices", "options")):
        return {"references": (key,) if key else ()}
    options = require_options(texts, row.where)
    return {"options": options, "right": right_option(options, key, row.where) if key else None}
