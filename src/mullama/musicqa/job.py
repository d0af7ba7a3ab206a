"""Descriptions and a writer become a file of interviewed clips, however often the job is killed.

Given again, a job keeps what is written and asks for the rest. Workers share one by shards; a last
run without a shard takes over what their files hold, asks for what is missing, and leaves one
file in the source's order. Does not know any collection nor any writer.
"""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mullama.data.formats.jsonl import read_clip_lines
from mullama.musicqa.descriptions import Description
from mullama.musicqa.interview.filters import REASONS, count_unwanted
from mullama.musicqa.ledger import Key, Ledger
from mullama.musicqa.shards import Shard, shard_files
from mullama.musicqa.writers.writer import Writer

CAUSES = 3
"""Reasons for failing that a summary names, the commonest first."""


@dataclass
class Outcome:
    """What a run did."""

    written: int = 0
    failed: int = 0
    """In this run."""
    skipped: int = 0
    """Had pairs already."""
    failed_before: int = 0
    """Failed in an earlier run, and not asked for again."""
    noise: Counter[str] = field(default_factory=Counter)
    """Reason of `filters.unwanted` -> pairs that were written nevertheless."""
    causes: Counter[str] = field(default_factory=Counter)
    """Why clips failed in this run -> how many."""
    other_writers: Counter[str] = field(default_factory=Counter)
    """Writer -> clips of the file that are by another one than this run's."""

    @property
    def exit_code(self) -> int:
        """0: every clip has its pairs; 1: some have not; 2: none has."""
        if not self.written + self.skipped:
            return 2
        return 1 if self.failed + self.failed_before else 0

    def lines(self) -> list[str]:
        """The summary."""
        lines = [f"{self.written} written, {self.failed} failed, {self.skipped} there before"]
        lines += [f"{count} failed: {why}" for why, count in self.causes.most_common(CAUSES)]
        if self.failed_before:
            lines.append(f"{self.failed_before} failed before; ask again with --retry-failed")
        if self.noise:
            kinds = (f"{self.noise[reason]} {reason}" for reason in REASONS if self.noise[reason])
            lines.append(f"pairs that a cleaned set would drop: {', '.join(kinds)}")
        if self.other_writers:
            kinds = (f"{count} by {name}" for name, count in self.other_writers.most_common())
            lines.append(f"clips of other writers in the same file: {', '.join(kinds)}")
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
) -> Outcome:
    """Interview all clips that are not in the file yet; then put its lines into their order.

    `limit` takes the first so many descriptions; `total` is how many there are, for the progress
    on a terminal. Raises UsageError for a file that cannot be used, and what the writer raises;
    what is written by then stays.
    """
    shard = shard or Shard()
    outcome = Outcome()
    order: list[Key] = []
    with Ledger(shard.path(out), retry_failed=retry_failed) as ledger:
        if shard.of == 1:
            _take_over(ledger, out)
        mine = (clip for clip in islice(descriptions, limit) if clip in shard)
        with _progress(total, shard) as bar:
            for clip in writer.write(_missing(mine, ledger, order, outcome, bar)):
                ledger.add(clip)
                outcome.written += not clip.failed
                outcome.failed += bool(clip.failed)
                if clip.failed:
                    outcome.causes[clip.failed] += 1
                outcome.noise += count_unwanted(clip.pairs)
                bar.set_postfix(
                    failed=outcome.failed, tokens=writer.usage.tokens_out, refresh=False
                )
                bar.update()
        ledger.put_in_order(order)
        outcome.other_writers = ledger.writers
        del outcome.other_writers[writer.name]
    return outcome


def _missing(
    descriptions: Iterable[Description],
    ledger: Ledger,
    order: list[Key],
    outcome: Outcome,
    bar: Any,
) -> Iterator[Description]:
    """Those without a line; `order` comes to hold all."""
    for description in descriptions:
        key = (sys.intern(description.source), description.id)
        order.append(key)
        if key in ledger.done:
            outcome.skipped += 1
            bar.update()
        elif key in ledger.failed:
            outcome.failed_before += 1
            bar.update()
        else:
            yield description


def _take_over(ledger: Ledger, out: Path) -> None:
    """Add what the shards' files hold and the job's own file does not; failed clips are left."""
    for path in shard_files(out):
        with Ledger(path):  # nobody is still writing it, and no torn line is in it
            for clip in read_clip_lines(path):
                if not clip.failed and clip.key not in ledger:
                    ledger.add(clip)


def _progress(total: int | None, shard: Shard) -> Any:
    """A bar with the time that remains, on a terminal only."""
    from tqdm import tqdm

    expected = None if total is None else round(total / shard.of)
    return tqdm(total=expected, unit="clip", disable=not sys.stderr.isatty(), dynamic_ncols=True)
