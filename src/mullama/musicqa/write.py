"""Descriptions and a writer -> a file of clips with their pairs, by `jobs.run`.

Does not know any collection nor any writer.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from mullama.data.records import Clip, is_utf8
from mullama.jobs.jsonl import from_line
from mullama.jobs.log import JsonlLog
from mullama.jobs.outcome import Outcome
from mullama.jobs.records import RecordFormat
from mullama.jobs.run import run
from mullama.jobs.shard import Shard, shard_files
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.filters import REASONS, count_unwanted
from mullama.musicqa.writers.writer import Writer


@dataclass
class WriteReport:
    """What a run did."""

    outcome: Outcome = field(default_factory=Outcome)
    unwanted: Counter[str] = field(default_factory=Counter)
    """Reason of `filters.unwanted` -> pairs that were written nevertheless."""
    other_writers: Counter[str] = field(default_factory=Counter)
    """Writer -> clips of the file that are by another one than this run's."""

    def lines(self) -> list[str]:
        """The summary."""
        lines = self.outcome.lines()
        if self.unwanted:
            counts = [f"{self.unwanted[why]} {why}" for why in REASONS if self.unwanted[why]]
            lines.append(f"pairs that a cleaned set would drop: {', '.join(counts)}")
        if self.other_writers:
            counts = [f"{count} by {name}" for name, count in self.other_writers.most_common()]
            lines.append(f"clips of other writers in the same file: {', '.join(counts)}")
        return lines


def write(
    descriptions: Iterable[Description],
    writer: Writer,
    out: Path,
    *,
    limit: int | None = None,
    shard: Shard | None = None,
    retry_failed: bool = False,
    total: int | None = None,
) -> WriteReport:
    """Interview all clips that the file does not have, or the shard's file; see `jobs.run`.

    `limit` takes the first so many descriptions; `total` is how many there are, for the progress
    on a terminal. Raises UsageError for a file that cannot be used, and what the writer raises;
    what is written by then stays.
    """
    report, path = WriteReport(), (shard or Shard()).path(out)
    began_before = path.exists() or any(shard_files(path))
    report.outcome = run(
        descriptions,
        writer.write,
        JsonlLog[Clip](out, CLIP_LINES),
        key=lambda description: description.key,
        shard=shard,
        limit=limit,
        retry_failed=retry_failed,
        total=total,
        unit="clip",
        figures=lambda: {"tokens": writer.usage.tokens_out},
        on_record=lambda clip: report.unwanted.update(count_unwanted(clip.pairs)),
    )
    if began_before:
        report.other_writers = _count_writers(path)
        del report.other_writers[writer.name]
    return report


def _count_writers(path: Path) -> Counter[str]:
    """Writer -> clips that have pairs, of a file that was read as a log before."""
    lines = (from_line(line.content) for line in CLIP_LINES.lines(path) if not line.blank)
    return Counter(values["writer"] for values in lines if "failed" not in values)


def _encode(clip: Clip) -> dict[str, Any]:
    """What a line holds, with "?" for what UTF-8 lacks: replies may hold halves of surrogate pairs."""
    texts = (clip.text, clip.audio or "", clip.failed, clip.last_text, *chain(*clip.pairs))
    if is_utf8("".join(texts)):
        return clip.as_dict()
    pairs = tuple((_to_utf8(question), _to_utf8(answer)) for question, answer in clip.pairs)
    return replace(
        clip,
        text=_to_utf8(clip.text),
        audio=None if clip.audio is None else _to_utf8(clip.audio),
        pairs=pairs,
        failed=_to_utf8(clip.failed),
        last_text=_to_utf8(clip.last_text),
    ).as_dict()


def _to_utf8(text: str) -> str:
    return text.encode(errors="replace").decode()


CLIP_LINES = RecordFormat[Clip](
    encode=_encode,
    decode=Clip.from_dict,
    key=lambda clip: clip.key,
    failure=lambda clip: clip.failed,
)
"""A line of the file; JsonlLog's bytes are those of version 0.2.0, whose files it goes on with."""
