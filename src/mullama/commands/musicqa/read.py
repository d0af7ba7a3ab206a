"""`mullama musicqa read FILE... --out OUT`: question-answer files of any format become another, or ours."""

import argparse
import sys
from pathlib import Path

from mullama.musicqa.read_options import ReadOptions
from mullama.options import add_flags, from_flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is read, and into what."""
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="published or Alpaca's .json, *AQA.csv, .jsonl, .parquet, or a built set's folder",
    )  # fmt: skip
    add_flags(parser, ReadOptions, without=("files",))


def run(arguments: argparse.Namespace) -> int:
    """Read and say what came of it; 0: all, 1: some was left out, 2: nothing came of it."""
    from tqdm import tqdm

    from mullama.musicqa.read import read

    options = from_flags(ReadOptions, arguments)
    with tqdm(unit="clip", disable=not sys.stderr.isatty()) as bar:
        report = read(options, progress=bar.update)
    for line in report.tally.lines()[1:]:
        print(f"mullama: {line}", file=sys.stderr)
    for reason, count in report.unwanted.most_common():
        print(f"mullama: {count} pairs cleaned away: {reason}", file=sys.stderr)
    print(f"{options.out}: {report.pairs} pairs on {report.clips} clips")
    return 2 if not report.pairs else 1 if report.tally.left_out else 0
