"""`mullama musicqa build --pretrain FILE ... --out DIR`: files of clips become one numbered data set.

With `--check` a finished set is verified instead.
"""

import argparse
import sys

from mullama.data.formats.published import PARTS
from mullama.errors import UsageError
from mullama.musicqa.build.plan import MANIFEST, BuildOptions
from mullama.options import add_flags, from_flags, options_of

MAX_REPORTED = 10
"""How many failed clips are named; the manifest names all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What goes in, and where the set goes."""
    for part in PARTS:  # by hand, as several files may follow one flag
        parser.add_argument(
            f"--{part}", nargs="+", action="extend", default=argparse.SUPPRESS, metavar="FILE",
            help=options_of(BuildOptions)[part].doc.removesuffix("."),
        )  # fmt: skip
    add_flags(parser, BuildOptions, without=PARTS)
    parser.add_argument(
        "--check", action="store_true",
        help="verify a finished set instead: files, lengths, repetitions, leaks between parts",
    )  # fmt: skip


def run(arguments: argparse.Namespace) -> int:
    """Build or check. 0: all of it, 1: some clips failed, or the check found something."""
    options = from_flags(BuildOptions, arguments)
    if not arguments.check:
        return _build(options)
    if options.parts:
        raise UsageError("--check reads a finished set: give it --out alone")
    return _check(options)


def _build(options: BuildOptions) -> int:
    from tqdm import tqdm

    from mullama.musicqa.build.build import build

    failures = 0

    def notice(line: str) -> None:
        nonlocal failures
        failures += 1
        if failures <= MAX_REPORTED:
            tqdm.write(f"mullama: {line}", file=sys.stderr)

    report = build(options, progress=True, notice=notice)
    if failures > MAX_REPORTED:
        manifest = options.out / MANIFEST
        print(f"mullama: ... {report.failed} in all, see {manifest}", file=sys.stderr)
    for line in [*report.tally.lines()[1:], *report.hints]:
        print(f"mullama: {line}", file=sys.stderr)
    counts = f"{report.clips} clips, {report.pairs} pairs, {report.failed} clips failed"
    print(f"{options.out}: {counts}")
    return 1 if report.failed or report.tally.left_out else 0


def _check(options: BuildOptions) -> int:
    from mullama.musicqa.build.check import check

    findings = check(options.out)
    hours = findings.seconds / 3600
    print(f"{options.out}: {findings.clips} clips, {hours:.2f} hours, {findings.pairs} pairs")
    for line in findings.lines():
        print(line)
    return 1 if findings.counts else 0
