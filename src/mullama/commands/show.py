"""`mullama show SONG --out FILE`: a page for a song: how it looks, what is said of it, and of which part."""

import argparse
import sys
from pathlib import Path

from mullama.load_options import LoadOptions
from mullama.options import add_flags, from_flags
from mullama.show.show_options import ShowOptions


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which song, which model, and what is shown."""
    parser.add_argument("song", type=Path, metavar="SONG", help="a music file (or a video's sound)")
    add_flags(parser, ShowOptions, group="page")
    add_flags(parser, LoadOptions, group="model")


def run(arguments: argparse.Namespace) -> int:
    """Listen, ask, draw, and say where it is."""
    options, loading = from_flags(ShowOptions, arguments), from_flags(LoadOptions, arguments)
    options.check()

    from tqdm import tqdm

    from mullama.open_model import open_model
    from mullama.show.colours import require_matplotlib
    from mullama.show.show import write
    from mullama.show.view import view_of

    require_matplotlib()
    mu = open_model(loading)
    quiet = not options.over_time or not sys.stderr.isatty()
    with tqdm(unit="part", disable=quiet, file=sys.stderr) as bar:

        def progress(done: int, of: int) -> None:
            bar.total = of
            bar.update(done - bar.n)

        view = view_of(mu, arguments.song, options, progress)
    for warning in view.warnings:
        print(f"mullama: warning: {warning}", file=sys.stderr)
    write(view, options)
    print(options.out)
    return 0
