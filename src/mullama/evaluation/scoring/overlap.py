"""What a model was trained on, by name -> which tracks of a set are among it.

A track is known again by the digest of its file, by its name in a collection, by YouTube's id or the
name of its file, or by its text. Reads no audio, and knows no model: a recording under another name and
in another encoding is not found, so that no overlap is a hope and not a proof. So the published parts of
MusicQA, whose clips are numbers, tell little; the tables of what they are made of tell more.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from mullama.data.files import expand, read_clips, refusing_tally
from mullama.data.formats.jsonl import objects
from mullama.data.records import Clip
from mullama.data.tables import Table, bounded_lines, open_text
from mullama.errors import UsageError
from mullama.evaluation.items import EvaluationSet, Item
from mullama.evaluation.sets.rows import refusing
from mullama.jobs.digest import file_digest

MAX_EXAMPLES = 5
MIN_WORDS = 8
"""Shorter answers are given about many tracks, so that they tell of none. What was asked does not count:
a caption may be the answer to any question."""
MIN_DIGITS = 5
"""Shorter numbers are names of files in every collection."""
REASONS = (
    "same audio",
    "same id in the same collection",
    "same YouTube id",
    "same name of file or id",
    "same text",
)
ID_COLUMNS = (
    "ytid",
    "TRACK_ID",
    "track_id",
    "clip_id",
    "audio_name",
    "file_name",
    "PATH",
    "path",
    "mp3_path",
)
"""Columns of tables of sources whose cells name tracks or their files."""
TEXT_COLUMNS = ("caption",)
_CLIP_OF_VIDEO = re.compile(r"\[([\w-]{11})\]-\[\d+-\d+\]", re.ASCII)
_VIDEO = re.compile(r"([\w-]{11})(?:_\d[\d_.-]*)?", re.ASCII)


@dataclass(frozen=True)
class Overlap:
    """How much of a set a model may have been trained on."""

    tracks: int
    """Tracks of the set that are in what the model was trained on."""
    of: int
    """Tracks of the set."""
    files: tuple[tuple[str, str], ...]
    """(file, its SHA-256) of what was named."""
    examples: tuple[str, ...] = ()
    """A few of those tracks."""
    reasons: dict[str, int] = field(default_factory=dict)
    """One of `REASONS` -> tracks that are known again by it; a track may be by several."""

    def as_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


def find_overlap(evaluated: EvaluationSet, trained: Sequence[Path]) -> Overlap:
    """The tracks of a set that are in the files `trained`.

    Each may be any file that training reads (`data.files`), a folder of the parts of MusicQA, the
    items of an evaluation (`items.jsonl`), a collection's own table (CSV or TSV with one of
    `ID_COLUMNS`), or a text file of an id a line. Raises UsageError for anything else.
    """
    files = [file for path in trained for file in (expand([path]) if path.is_dir() else [path])]
    seen = _Seen()
    for file in files:
        for known in _read(file):
            seen.add(known)
    found: dict[str, set[str]] = {}
    for item in evaluated.items:
        for reason in seen.reasons(_of_item(item)):
            found.setdefault(reason, set()).add(item.track)
    tracks = [
        track for track in evaluated.tracks() if any(track in some for some in found.values())
    ]
    return Overlap(
        tracks=len(tracks),
        of=len(evaluated.tracks()),
        files=tuple((str(file), file_digest(file)) for file in files),
        examples=tuple(tracks[:MAX_EXAMPLES]),
        reasons={reason: len(found[reason]) for reason in REASONS if reason in found},
    )


@dataclass(frozen=True)
class _Known:
    """What tells a track, on either side."""

    sha256: str = ""
    source: str = ""
    source_id: str = ""
    names: tuple[str, ...] = ()
    """Ids and file names."""
    texts: tuple[str, ...] = ()

    @property
    def collection(self) -> str:
        """Where ids tell its tracks apart; empty where it has none."""
        return self.source if self.source_id else ""


class _Seen:
    """All that the training files tell of their tracks."""

    def __init__(self) -> None:
        self.digests: set[str] = set()
        self.ids: set[tuple[str, str]] = set()
        self.videos: set[str] = set()
        self.stems: dict[str, set[str]] = {}
        """Name of a file -> the collections that have it."""
        self.texts: dict[str, set[str]] = {}
        """Text -> the collections that have it."""

    def add(self, known: _Known) -> None:
        """Remember a track."""
        if known.sha256:
            self.digests.add(known.sha256)
        if known.source_id:
            self.ids.add((known.source, known.source_id))
        for name in known.names:
            self.videos.update(_video(name))
            self.stems.setdefault(_stem(name), set()).add(known.source)
        for text in known.texts:
            self.texts.setdefault(text, set()).add(known.collection)

    def reasons(self, known: _Known) -> Iterator[str]:
        """Why a track is known, if it is."""
        told = (
            known.sha256 in self.digests,
            bool(known.source_id) and (known.source, known.source_id) in self.ids,
            any(video in self.videos for name in known.names for video in _video(name)),
            any(self._has_file(_stem(name), known.source) for name in known.names),
            any(self._has_text(text, known.collection) for text in known.texts),
        )
        yield from (reason for reason, holds in zip(REASONS, told, strict=True) if holds)

    def _has_file(self, stem: str, source: str) -> bool:
        """Numbers name files of many collections: two that are known to differ share none."""
        sources = self.stems.get(stem)
        if sources is None or (stem.isdecimal() and len(stem) < MIN_DIGITS):
            return False
        return not source or "" in sources or source in sources or not stem.isdecimal()

    def _has_text(self, text: str, collection: str) -> bool:
        """Within a collection two tracks may be described alike; there the ids tell."""
        collections = self.texts.get(text, set())
        return bool(collections - {collection}) or (not collection and bool(collections))


def _read(file: Path) -> Iterator[_Known]:
    if file.suffix.lower() == ".txt":
        return _of_lines(file)
    if file.suffix.lower() in (".csv", ".tsv") and (table := _source_table(file)):
        return _of_table(table)
    if file.suffix.lower() == ".jsonl" and _holds_items(file):
        return (_of_item(Item.from_dict(values, where)) for where, values in objects(file))
    return (_of_clip(clip) for clip in read_clips(file, refusing_tally(), sound=False))


def _of_item(item: Item) -> _Known:
    texts = (
        (f"{item.question} {' '.join(sorted(item.options))}",) if item.options else item.references
    )
    names = _names(item.audio, item.source_id)
    return _Known(item.sha256, item.source, item.source_id, names, _texts(texts))


def _of_clip(clip: Clip) -> _Known:
    texts = (clip.text, *(answer for _, answer in clip.pairs))
    return _Known(clip.sha256, clip.source, clip.id, _names(clip.audio, clip.id), _texts(texts))


def _of_lines(file: Path) -> Iterator[_Known]:
    with open_text(file) as opened:
        for line in bounded_lines(opened, file):
            if name := line.strip():
                yield _Known(names=(name,))


def _of_table(table: Table) -> Iterator[_Known]:
    names = [column for column in ID_COLUMNS if column in table.columns]
    texts = [column for column in TEXT_COLUMNS if column in table.columns]
    for row in table.rows(refusing()):
        told = [row.cells[column] for column in texts]
        named = tuple(cell for column in names if (cell := row.cells[column].strip()))
        yield _Known(names=named, texts=_texts(told))


def _source_table(file: Path) -> Table | None:
    """The table of a collection; None where it is one of pairs."""
    with open_text(file) as lines:
        header = lines.readline(1 << 16)
    delimiter = "\t" if "\t" in header else ","
    columns = {name.strip().strip('"') for name in header.split(delimiter)}
    if columns.isdisjoint(ID_COLUMNS):
        if file.suffix.lower() == ".tsv":
            raise UsageError(f"{file}: none of its columns is {', '.join(ID_COLUMNS)}")
        return None
    quoted = delimiter == "," or '"' in header
    return Table(file, (), delimiter=delimiter, quoted=quoted, open_ended=True)


def _holds_items(file: Path) -> bool:
    values = next((values for _, values in objects(file)), {})
    return "question" in values and "answer" not in values and "id" in values


def _names(*names: str | None) -> tuple[str, ...]:
    return tuple(name for name in names if name)


def _stem(name: str) -> str:
    """A file's name without its folder and endings; an id as it is."""
    path = PurePosixPath(name)
    return re.sub(r"\.(?:2min|low)$", "", path.stem) if path.suffix else path.name


def _video(name: str) -> Iterator[str]:
    """YouTube's id, where a name has one: `[id]-[30-40].wav`, `id_30.wav`, `id`."""
    stem = _stem(name)
    found = _CLIP_OF_VIDEO.fullmatch(stem) or _VIDEO.fullmatch(stem)
    if found and not found[1].isdecimal():
        yield found[1]


def _texts(texts: Iterable[str]) -> tuple[str, ...]:
    """Those that are long enough to tell of one track, without regard to case and blanks."""
    plain = (" ".join(text.casefold().split()) for text in texts)
    return tuple(text for text in plain if text.count(" ") + 1 >= MIN_WORDS)
