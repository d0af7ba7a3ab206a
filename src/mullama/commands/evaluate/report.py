"""`mullama evaluate report DIR`: the scores of a folder become pages to read and tables to quote."""

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from mullama.options import Bounds, Options, add_flags, from_flags

Format = Literal["html", "md", "json", "tex"]
FORMATS: tuple[Format, ...] = ("html", "md", "json", "tex")


@dataclass(frozen=True, kw_only=True)
class ReportOptions(Options):
    """What is written."""

    format: tuple[Format, ...] = FORMATS
    """A web page, Markdown, JSON, LaTeX; may be given again."""
    embed_bytes: Annotated[int, Bounds(0, 2**30)] = 0
    """Audio files of examples that are no larger become part of the web page; others are linked."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder, and what is written."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the evaluation's folder")
    add_flags(parser, ReportOptions)


def run(arguments: argparse.Namespace) -> int:
    """Write the report, and say where it is."""
    from mullama.evaluation.report.report import report

    options = from_flags(ReportOptions, arguments)
    for path in report(arguments.folder, options.format, embed_bytes=options.embed_bytes):
        print(path)
    return 0
