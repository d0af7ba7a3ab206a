"""Question-answer pairs <-> a parquet file as Hugging Face's `datasets` reads and writes it.

One row is one clip with all its pairs and, where there is any, its audio as bytes that nobody has
decoded; a row of a foreign file may also be one pair. Does not know where audio lies.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mullama.data.records import Clip
from mullama.errors import MissingExtraError, UsageError
from mullama.jobs.atomic import atomic_file

ABOUT = ("source", "source_id", "writer", "licence", "sha256")
"""What all pairs of one row share, beside the audio."""
GROUP_BYTES, GROUP_ROWS = 64 << 20, 1000
"""Audio and rows that are written at once, at most."""
ROWS_AT_ONCE = 8
"""Read; a clip's audio may have megabytes."""


def write_parquet(path: Path, clips: Iterable[Clip]) -> int:
    """Write a file, whole or not at all; how many rows.

    `datasets.load_dataset("parquet", data_files=...)` reads it.
    """
    schema, opened = _features().arrow_schema, _library("ParquetWriter")
    written, waiting, size = 0, list[dict[str, Any]](), 0
    with atomic_file(path) as part, opened(part, schema) as writer:
        for row in map(_row, clips):
            waiting.append(row)
            size += len(row["audio"]["bytes"] or b"") if row["audio"] else 0
            written += 1
            if size > GROUP_BYTES or len(waiting) == GROUP_ROWS:
                _write_group(writer, waiting, schema)
                waiting, size = [], 0
        if waiting:
            _write_group(writer, waiting, schema)
    return written


def read_parquet(path: Path) -> Iterator[Clip]:
    """The rows of a file, a few at a time in memory.

    Raises UsageError for a file that is no parquet or has neither our columns nor `question` and
    `answer`.
    """
    opened = _library("ParquetFile")
    try:
        file = opened(path)
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read as parquet: {error}") from error
    with file:
        names = set(file.schema_arrow.names)
        if "pairs" not in names and not {"question", "answer"} <= names:
            raise UsageError(f"{path}: no columns 'question' and 'answer', nor 'pairs'")
        wanted = [
            n for n in (*ABOUT, "audio", "audio_name", "pairs", "question", "answer") if n in names
        ]
        number = 0
        for batch in file.iter_batches(batch_size=ROWS_AT_ONCE, columns=wanted):
            for row in batch.to_pylist():
                yield _clip(row, f"{path}, row {number}")
                number += 1


def _row(clip: Clip) -> dict[str, Any]:
    # `datasets` takes a path without bytes for a file that it may open.
    audio = None if clip.sound is None else {"bytes": clip.sound, "path": clip.audio}
    asked = [{"question": question, "answer": answer} for question, answer in clip.pairs]
    about = (clip.source, clip.id, clip.writer, clip.licence, clip.sha256)
    shared = dict(zip(ABOUT, about, strict=True))
    return {"audio": audio, "audio_name": clip.audio, "pairs": asked, **shared}


def _clip(row: dict[str, Any], where: str) -> Clip:
    audio = row.get("audio")
    if isinstance(audio, str) or audio is None:  # a foreign file may have a bare name
        audio = {"bytes": None, "path": audio}
    if not isinstance(audio, dict) or not {"bytes", "path"} <= audio.keys():
        raise UsageError(f"{where}: 'audio' is not bytes with a path")
    name, asked = row.get("audio_name") or audio["path"], row.get("pairs", [row])
    about: dict[str, Any] = {name: str(row.get(name) or "") for name in ABOUT}
    try:
        pairs = tuple((str(a["question"]), str(a["answer"])) for a in asked)
    except (TypeError, KeyError) as error:
        raise UsageError(f"{where}: 'pairs' are not questions and answers") from error
    about["id"] = about.pop("source_id")
    return Clip(audio=name, pairs=pairs, sound=audio["bytes"], **about)


def _write_group(writer: Any, rows: list[dict[str, Any]], schema: Any) -> None:
    import pyarrow

    writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))


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
            **dict.fromkeys(ABOUT, text),
        }
    )


def _library(name: str) -> Any:
    try:
        import pyarrow.parquet
    except ImportError as cause:
        raise MissingExtraError("pyarrow", "musicqa", "parquet") from cause
    return getattr(pyarrow.parquet, name)
