"""`mullama musicqa write SOURCE PATH --writer W --out FILE`: a collection becomes clips with their pairs.

Does not print while it works, except the progress on a terminal.
"""

import argparse
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mullama.jobs.shard import Shard
from mullama.musicqa.sources.source_options import STUDIO_OPTIONS, SourceOptions
from mullama.musicqa.write_options import WriteOptions
from mullama.musicqa.writers.writer_options import WriterOptions
from mullama.options import add_flags, from_flags, options_of

if TYPE_CHECKING:
    from mullama.musicqa.sources import Selection

POSITIONAL = ("source", "path")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which collection, who writes, and where to."""
    for name, kind in zip(POSITIONAL, (str, Path), strict=True):
        text = options_of(WriteOptions)[name].doc.removesuffix(".")
        parser.add_argument(name, type=kind, metavar=name.upper(), help=text)
    add_flags(parser, WriteOptions, without=POSITIONAL)
    of_all = [name for name in options_of(SourceOptions) if name not in STUDIO_OPTIONS]
    add_flags(parser, SourceOptions, group="which clips", without=STUDIO_OPTIONS)
    add_flags(parser, SourceOptions, group="the studio's clips", without=of_all)
    add_flags(parser, WriterOptions, group="how it is written")


def run(arguments: argparse.Namespace) -> int:
    """Write what is missing and say what became of every clip.

    0: every clip has its pairs; 1: some failed; 2: none has any.
    """
    from mullama.musicqa.sources import Selection
    from mullama.musicqa.write import write
    from mullama.musicqa.writers import open_writer

    options = from_flags(WriteOptions, arguments)
    wanted = from_flags(SourceOptions, arguments)
    selection = Selection(options.source, options.path, wanted)
    writer = open_writer(options.writer, from_flags(WriterOptions, arguments))
    shard = Shard.from_text(options.shard)
    report = write(
        selection,
        writer,
        options.out,
        limit=options.limit,
        shard=shard,
        retry_failed=options.retry_failed,
        total=_total(selection, options),
    )
    lines = [f"{options.source}: {line}" for line in selection.tally.lines()]
    lines += [f"{writer.name}: {line}" for line in report.lines()]
    if writer.usage.requests:
        lines.append(f"{writer.name}: {writer.usage}")
    print("\n".join(lines), file=sys.stderr)
    print(shard.path(options.out))
    return report.outcome.exit_code


def _total(selection: "Selection", options: WriteOptions) -> int | None:
    """How many clips there are, where somebody watches and it can be told without making them."""
    if not sys.stderr.isatty():
        return None
    if options.source == "studio":
        return selection.options.clips
    return sum(1 for _ in islice(selection, options.limit))
