"""`mullama caption AUDIO...`: files become descriptions, on the path that answers questions."""

import argparse

from mullama.commands.ask import add_model_arguments, answer_all, pair


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and how long a description."""
    parser.add_argument(
        "audio", nargs="+", metavar="AUDIO", help="a music file (or a video's sound)"
    )
    parser.add_argument(
        "--length", choices=("short", "long"), default="short", help="default: short"
    )
    parser.add_argument("--stream", action="store_true", help="print each caption as it comes")
    add_model_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Describe and print; see `cli.main` for the exit codes."""
    from mullama.song import CAPTIONS

    pairs = pair(arguments.audio, [CAPTIONS[arguments.length]])
    return answer_all(arguments, pairs, stream=arguments.stream)
