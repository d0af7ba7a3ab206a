"""`mullama convert`: published or own weights become one folder that `load` and transformers open."""

import argparse
import sys

from mullama.checkpoints.convert.convert_options import OF_FRESH, ConvertOptions
from mullama.options import add_flags, from_flags, options_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the parts lie, where the folder goes, and what a fresh adapter is like."""
    add_flags(parser, ConvertOptions, without=OF_FRESH)
    others = [name for name in options_of(ConvertOptions) if name not in OF_FRESH]
    title = "a fresh adapter, where no --adapter is given"
    add_flags(parser, ConvertOptions, group=title, without=others)


def run(arguments: argparse.Namespace) -> int:
    """Convert and say where it went."""
    options = from_flags(ConvertOptions, arguments)

    from tqdm import tqdm

    from mullama.checkpoints.convert.convert import convert

    with tqdm(unit="B", unit_scale=True, disable=not sys.stderr.isatty()) as bar:

        def show(written: int, total: int) -> None:
            bar.total = total
            bar.update(written - bar.n)

        convert(options, progress=show)
    needed = f" --base {options.llama}" if options.adapter_only else ""
    print(f"{options.out}: ready for `mullama ask AUDIO --model {options.out}{needed}`")
    return 0
