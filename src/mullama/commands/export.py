"""`mullama export MODEL --for hf`: a model's language model becomes what other engines open."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from mullama.checkpoints.export.export_options import ExportOptions, Target
from mullama.options import add_flags, from_flags, options_of

if TYPE_CHECKING:
    from mullama.checkpoints.export.export import Song


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, for whom, and where it goes."""
    parser.add_argument(
        "model", nargs="?", metavar="MODEL", help="a folder or a hub name (default: the small one)"
    )
    target = options_of(ExportOptions)["target"]
    parser.add_argument(
        "--for", dest="target", choices=get_args(Target), required=True, help=target.doc
    )
    add_flags(parser, ExportOptions, without=("target",))


def run(arguments: argparse.Namespace) -> int:
    """Export and say what it is called."""
    options = from_flags(ExportOptions, arguments)

    from tqdm import tqdm

    from mullama.checkpoints.export.export import export

    song = None if options.song is None else _listen(arguments.model, options, options.song)
    with tqdm(unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:
        digest = export(arguments.model, options, song, bar.update)
    print(f"{options.out}: {digest}")
    return 0


def _listen(model: str | None, options: ExportOptions, audio: Path) -> "Song":
    """What a music file adds to the language model."""
    from mullama.checkpoints.export.export import Song
    from mullama.jobs.digest import file_digest
    from mullama.open_model import load

    mu = load(model, base=options.base)
    for warning in (song := mu.listen(audio)).warnings:
        print(f"mullama: warning: {warning}", file=sys.stderr)
    return Song(file_digest(audio), song.shifts)
