"""`mullama caption AUDIO...`: files become descriptions, on the path that answers questions."""

import argparse

from mullama.answer.answer import CAPTIONS
from mullama.commands.ask import add_answering_flags, add_audio_argument, answer_all, pair


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which files, and how long a description."""
    add_audio_argument(parser)
    parser.add_argument("--length", choices=tuple(CAPTIONS), default="short", help="default: short")
    add_answering_flags(parser)


def run(arguments: argparse.Namespace) -> int:
    """Describe and print; see `cli.main` for the exit codes."""
    return answer_all(arguments, pair(arguments.audio, [CAPTIONS[arguments.length]]))
