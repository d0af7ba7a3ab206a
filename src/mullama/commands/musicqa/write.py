"""`mullama musicqa write SOURCE PATH --writer W --out FILE`: a collection becomes interviewed clips.

Does not print while it works, except the progress
on a terminal.
"""

import argparse
import sys
from itertools import islice
from pathlib import Path

from mullama.errors import UsageError
from mullama.jobs.shard import Shard
from mullama.musicqa.sources import Selection, add_source_arguments, select
from mullama.musicqa.write import write
from mullama.musicqa.writers import add_writer_arguments, open_writer, writer_options
from mullama.musicqa.writers.registry import FORMS


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which collection, who writes, and where to."""
    add_source_arguments(parser)
    parser.add_argument("--writer", required=True, metavar="W", help=FORMS)
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FILE.jsonl",
        help="a line for every clip; what it holds already is kept",
    )  # fmt: skip
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N clips")
    parser.add_argument(
        "--retry-failed", action="store_true", help="ask again for clips that failed before"
    )
    parser.add_argument(
        "--shard", default="1/1", metavar="K/N",
        help="the Kth of N workers, into FILE-K-of-N.jsonl; a last run without it joins them",
    )  # fmt: skip
    add_writer_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write what is missing and say what became of every clip.

    0: every clip has its pairs; 1: some failed; 2: none has any.
    """
    if arguments.limit is not None and arguments.limit < 1:
        raise UsageError(f"--limit is {arguments.limit}, expected 1 or more")
    if arguments.out.suffix != ".jsonl":
        raise UsageError(f"--out is {arguments.out}, expected the name of a .jsonl file")
    shard = Shard.from_text(arguments.shard)
    selection = select(arguments)
    writer = open_writer(arguments.writer, writer_options(arguments))
    report = write(
        selection,
        writer,
        arguments.out,
        limit=arguments.limit,
        shard=shard,
        retry_failed=arguments.retry_failed,
        total=_total(selection, arguments),
    )
    lines = [f"{arguments.source}: {line}" for line in selection.tally.lines()]
    lines += [f"{writer.name}: {line}" for line in report.lines()]
    if writer.usage.requests:
        lines.append(f"{writer.name}: {writer.usage}")
    print("\n".join(lines), file=sys.stderr)
    print(shard.path(arguments.out))
    return report.outcome.exit_code


def _total(selection: Selection, arguments: argparse.Namespace) -> int | None:
    """How many clips there are, where somebody watches and it can be told without making them."""
    if not sys.stderr.isatty():
        return None
    if arguments.source == "studio":
        return min(arguments.clips, arguments.limit or arguments.clips)
    return sum(1 for _ in islice(selection, arguments.limit))
