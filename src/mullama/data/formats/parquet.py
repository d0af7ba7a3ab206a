"""A parquet file as Hugging Face's `datasets` reads and writes it <-> clips, with their sound.

One row is one clip with all its pairs and, where there is any, its audio as bytes that nothing has
decoded; a row of a foreign file may also be one pair. Does not know where audio lies.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from mullama.data.formats.format import Format, Written
from mullama.data.records import Clip
from mullama.data.tally import LeftOut, Tally
from mullama.errors import MissingExtraError, UsageError
from mullama.jobs.atomic import atomic_file
from mullama.printable import printable

TEXTS = {
    "source": "source",
    "source_id": "id",
    "writer": "writer",
    "licence": "licence",
    "sha256": "sha256",
}
"""Column -> field of the clip."""
AUDIO = ("audio", "audio_name")
MAX_SOUND_BYTES = 128 << 20
"""Of one clip. It is in memory several times over; twelve minutes in CD quality."""
GROUP_BYTES, GROUP_ROWS = 64 << 20, 1000
"""Audio and rows that are written at once, at most, or one clip."""
MAX_GROUP_BYTES = 1 << 30
"""Of a group that is read, unpacked: in the worst case all of it is in memory."""
SOUND_ROWS, TEXT_ROWS = 1, 16
"""Rows that are unpacked at once, with their sound and without."""
READ_BYTES = 1 << 20
NO_ROOM = "too large for parquet"
BROKEN = (OSError, ValueError, TypeError, KeyError, IndexError, NotImplementedError, MemoryError)
"""What Arrow raises over damaged files."""


def write_parquet(path: Path, clips: Iterable[Clip], tally: Tally) -> Written:
    """Write a row a clip; `datasets.load_dataset("parquet", data_files=...)` reads it."""
    schema, rows = _features().arrow_schema, _Rows()
    texts = [*TEXTS, "audio_name", "audio.path"]
    # Statistics of sound would be whole clips in the file's end, and its dictionary a second copy.
    how = {"use_dictionary": texts, "write_statistics": texts}
    with atomic_file(path) as part, _library("ParquetWriter")(part, schema, **how) as writer:
        for clip in clips:
            size = len(clip.sound or b"")
            if size > MAX_SOUND_BYTES or not clip.pairs:
                why = NO_ROOM if clip.pairs else "without pairs"
                tally.leave_out(LeftOut(why, str(clip.audio)))
                continue
            if rows.full(size):
                rows.write(writer, schema)
            rows.add(clip, size)
        rows.write(writer, schema)
    return rows.written


def read_parquet(path: Path, tally: Tally, *, sound: bool = True) -> Iterator[Clip]:
    """The rows of a file, one at a time in memory; with `sound` the audio that it holds, too.

    Raises UsageError for a file that is no parquet or has neither our columns nor `question` and
    `answer`, and naming the row that is not of this kind.
    """
    at_once = SOUND_ROWS if sound else TEXT_ROWS
    for where, row in parquet_rows(path, partial(_columns, path, sound), at_once=at_once):
        yield _to_clip(row, where)


def parquet_rows(
    path: Path, columns: Callable[[Any], list[str]], *, at_once: int = SOUND_ROWS
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of any file, each behind the place where it stands; `at_once` are in memory.

    `columns` tells of an open file which columns to read, by their whole paths. Raises UsageError for
    a file that is no parquet, is damaged, or unpacks to too much.
    """
    try:
        # Without pre-buffering a column is read as it is needed, not a group at once.
        file = _library("ParquetFile")(path, buffer_size=READ_BYTES, pre_buffer=False)
    except BROKEN as error:
        raise UsageError(f"{path} cannot be read as parquet: {_reason(error)}") from error
    with file:
        try:
            wanted = columns(file)
            _require_bounded(file, path)
        except BROKEN as error:
            raise UsageError(f"{path} cannot be read as parquet: {_reason(error)}") from error
        number = 0
        rows = file.iter_batches(batch_size=at_once, columns=wanted)
        while batch := _next(rows, f"{path}, row {number}"):
            for place in range(batch.num_rows):
                where = f"{path}, row {number}"
                yield where, _values(batch, place, where)
                number += 1


def leaves(file: Any, names: Iterable[str]) -> list[str]:
    """The whole paths of all that lies in the columns of these names, in the file's order."""
    wanted = set(names)
    every = [file.schema.column(number).path for number in range(len(file.schema))]
    return [leaf for leaf in every if leaf.split(".")[0] in wanted]


class _Rows:
    """Rows that wait until they are enough for a group."""

    def __init__(self) -> None:
        self.written = Written()
        self._rows: list[dict[str, Any]] = []
        self._bytes = 0

    def full(self, more: int) -> bool:
        """Whether a row with so many bytes of sound belongs into the next group."""
        return self._bytes + more > GROUP_BYTES or len(self._rows) == GROUP_ROWS

    def add(self, clip: Clip, size: int) -> None:
        """Let a clip wait."""
        self._rows.append(_to_row(clip))
        self._bytes += size
        clips, pairs = self.written
        self.written = Written(clips + 1, pairs + len(clip.pairs))

    def write(self, writer: Any, schema: Any) -> None:
        """Write what waits, as one group."""
        import pyarrow

        if self._rows:
            writer.write_table(pyarrow.Table.from_pylist(self._rows, schema=schema))
            self._rows, self._bytes = [], 0


def _to_row(clip: Clip) -> dict[str, Any]:
    # `datasets` takes a path without bytes for a file that it may open.
    audio = None if clip.sound is None else {"bytes": clip.sound, "path": clip.audio}
    pairs = [{"question": question, "answer": answer} for question, answer in clip.pairs]
    texts = {column: getattr(clip, name) for column, name in TEXTS.items()}
    return {"audio": audio, "audio_name": clip.audio, "pairs": pairs, **texts}


def _columns(path: Path, sound: bool, file: Any) -> list[str]:
    """The columns that are read, by their whole paths in the file."""
    names = set(file.schema_arrow.names)
    if "pairs" not in names and not {"question", "answer"} <= names:
        raise UsageError(f"{path}: no columns 'question' and 'answer', nor 'pairs'")
    wanted = {*TEXTS, *AUDIO, *({"pairs"} if "pairs" in names else {"question", "answer"})}
    return [leaf for leaf in leaves(file, wanted) if sound or leaf != "audio.bytes"]


def _require_bounded(file: Any, path: Path) -> None:
    for number in range(file.metadata.num_row_groups):
        # The sizes of its columns would tell more, but asking for damaged ones aborts the process.
        if file.metadata.row_group(number).total_byte_size > MAX_GROUP_BYTES:
            raise UsageError(
                f"{path}, row group {number}: unpacks to more than {MAX_GROUP_BYTES:,} bytes; write "
                "it in smaller row groups"
            )


def _next(rows: Iterator[Any], where: str) -> Any:
    try:
        return next(rows, None)
    except BROKEN as error:
        raise UsageError(f"{where}: cannot be read: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """What Arrow says, on one line; it repeats what stands in the file."""
    return printable(str(error).partition("\n")[0])[:200]


def _values(batch: Any, place: int, where: str) -> dict[str, Any]:
    try:
        (row,) = batch.slice(place, 1).to_pylist()
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: not UTF-8") from error
    except BROKEN as error:
        raise UsageError(f"{where}: cannot be read: {_reason(error)}") from error
    return dict(row)


def _to_clip(row: dict[str, Any], where: str) -> Clip:
    audio = row.get("audio")
    if isinstance(audio, str) or audio is None:  # a foreign file may have a bare name
        audio = {"path": audio}
    if not isinstance(audio, dict) or "path" not in audio:
        raise UsageError(f"{where}: 'audio' is not bytes with a path")
    sound = audio.get("bytes")
    if sound is not None and len(sound) > MAX_SOUND_BYTES:
        raise UsageError(f"{where}: its sound has more than {MAX_SOUND_BYTES:,} bytes")
    asked = row.get("pairs", [row])
    if not isinstance(asked, list) or not all(isinstance(one, dict) for one in asked):
        raise UsageError(f"{where}: 'pairs' are not questions and answers")
    about = {name: row.get(column) or "" for column, name in TEXTS.items()}
    pairs = [{name: one.get(name) for name in ("question", "answer")} for one in asked]
    name = row.get("audio_name") or audio["path"]
    clip = Clip.from_dict({**about, "audio": name, "pairs": pairs}, where, anonymous=True)
    return replace(clip, sound=sound)


def _features() -> Any:
    """The columns; their description goes into the file, so that `datasets` knows the audio."""
    try:
        from datasets import Audio, Features, List, Value
    except ImportError as cause:
        raise MissingExtraError("datasets", "musicqa", "writing parquet") from cause
    text = Value("string")
    return Features(
        {
            "audio": Audio(decode=False),
            "audio_name": text,
            "pairs": List({"question": text, "answer": text}),
            **dict.fromkeys(TEXTS, text),
        }
    )


def _library(name: str) -> Any:
    try:
        import pyarrow.parquet
    except ImportError as cause:
        raise MissingExtraError("pyarrow", "musicqa", "parquet") from cause
    return getattr(pyarrow.parquet, name)


PARQUET = Format(
    suffixes=(".parquet",),
    read=read_parquet,
    write=write_parquet,
    read_text=partial(read_parquet, sound=False),
)
