"""`mullama VERB ...`: finds the verb, runs it, and turns what went wrong into one line and an exit code.

A verb is a module in `commands/` with `add_arguments(parser)` and `run(arguments) -> exit code`;
only the one that was asked for is imported, so that help comes at once.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from mullama.errors import MuLlamaError
from mullama.printable import printable

VERBS = {
    "ask": "answer a question about music files",
    "caption": "describe music files",
    "convert": "turn published or own weights into one folder",
    "info": "say what a model is made of",
    "listen": "hear a data set once, before it is trained on",
    "musicqa": "make question-answer data from music collections",
    "train": "train a model by a recipe",
}
PARTLY, REFUSED, INTERRUPTED = 1, 2, 130


def build_parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser; only the arguments of `verb` are filled in."""
    parser = argparse.ArgumentParser(
        prog="mullama", description="Music Understanding LLaMA: ask questions about music."
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    for name, summary in VERBS.items():
        chosen = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if name == verb:
            import_module(f"mullama.commands.{name}").add_arguments(chosen)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. 0: done; 1: some of it could not be done; 2: nothing could."""
    argv = sys.argv[1:] if argv is None else list(argv)
    verb = next((word for word in argv if word in VERBS), None)
    parser = build_parser(verb)
    arguments = parser.parse_args(argv)
    if arguments.version:
        from mullama import __version__

        print(f"mullama {__version__}")
        return 0
    if arguments.verb is None:
        parser.print_help()
        return 0
    try:
        code: int = import_module(f"mullama.commands.{arguments.verb}").run(arguments)
        sys.stdout.flush()
    except MuLlamaError as error:
        print(f"mullama: error: {printable(str(error))}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("mullama: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python must not try to flush it again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PARTLY
    return code


if __name__ == "__main__":
    sys.exit(main())
