"""Our JSONL <-> clips: a pair a line, or a clip with its pairs a line, as `musicqa write` leaves them.

Of a file one line is in memory. Does not know where audio lies.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from mullama.data.records import Clip, Pair
from mullama.errors import UsageError
from mullama.jobs.jsonl import from_line, lines_of

BOM = b"\xef\xbb\xbf"
"""What some Windows programs begin a UTF-8 file with."""


def read_clip_lines(path: Path) -> Iterator[Clip]:
    """The clips of a file of clips, also those that failed; raises UsageError naming the line."""
    for where, values in objects(path):
        yield Clip.from_dict(values, where)


def clips_of(pairs: Iterable[Pair]) -> Iterator[Clip]:
    """Pairs that follow each other and are about one clip, together; text alone is one clip a pair."""
    for about, group in groupby(pairs, key=_about):
        asked = [(pair.question, pair.answer) for pair in group]
        for some in [asked] if about[0] is not None else [[one] for one in asked]:
            yield _clip(*about, pairs=tuple(some))


def objects(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The object of every line that is not blank, behind the place where it stands.

    Raises UsageError naming the line that is too long, no UTF-8, or no JSON object.
    """
    try:
        with path.open("rb") as file:
            for line in lines_of(file):
                content = line.content
                if content is not None and line.number == 1:
                    content = content.removeprefix(BOM)
                if content is None or content.strip():
                    where = f"{path}, line {line.number}"
                    yield where, _object(content, where)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error


def _about(pair: Pair) -> tuple[str | None, str, str, str, str, str]:
    return pair.audio, pair.source, pair.source_id, pair.writer, pair.licence, pair.sha256


def _clip(
    audio: str | None,
    source: str,
    source_id: str,
    writer: str,
    licence: str,
    sha256: str,
    *,
    pairs: tuple[tuple[str, str], ...],
) -> Clip:
    return Clip(
        id=source_id,
        source=source,
        writer=writer,
        audio=audio,
        licence=licence,
        pairs=pairs,
        sha256=sha256,
    )


def _object(content: bytes | None, where: str) -> dict[str, Any]:
    try:
        return from_line(content)
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from error
