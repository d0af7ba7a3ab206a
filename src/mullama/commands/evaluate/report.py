"""`mullama evaluate report DIR`: the scores of a folder become pages to read and tables to quote."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.options import Bounds, Flag, Options, add_flags, from_flags

Format = Literal["html", "md", "json", "tex"]
FORMATS: tuple[Format, ...] = ("html", "md", "json", "tex")


@dataclass(frozen=True, kw_only=True)
class ReportOptions(Options):
    """What is written."""

    format: tuple[Format, ...] = FORMATS
    """A web page, Markdown, JSON, LaTeX; may be given again."""
    embed_bytes: Annotated[int, Bounds(0, 2**30)] = 0
    """Audio files of examples that are no larger become part of the web page; others are linked."""
    write_results: Annotated[Path | None, Flag("OUT")] = None
    """Instead of a report, write CMI-Bench's result files below OUT; needs its answers, but no scores."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder, and what is written."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the evaluation's folder")
    add_flags(parser, ReportOptions)


def run(arguments: argparse.Namespace) -> int:
    """Write the report, and say where it is."""
    options = from_flags(ReportOptions, arguments)
    if options.write_results is not None:
        return _write_results(arguments.folder, options.write_results)

    from mullama.evaluation.report.report import report

    for path in report(arguments.folder, options.format, embed_bytes=options.embed_bytes):
        print(path)
    return 0


def _write_results(folder: Path, out: Path) -> int:
    """0: all answers; 1: some items have none, and are in no file."""
    from mullama.evaluation.cmi_results import write_results

    partly = False
    for results in write_results(folder, out):
        for path in results.paths:
            print(path)
        if results.unanswered:
            partly = True
            gap = f"{results.unanswered} items without an answer are left out"
            print(f"mullama: warning: {results.system}: {gap}", file=sys.stderr)
    return int(partly)
