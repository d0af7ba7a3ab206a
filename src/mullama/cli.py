"""`mullama VERB ...`: finds the verb, runs it, and turns what went wrong into one line and an exit code.

A verb is a module in `commands/` with `add_arguments(parser)` and `run(arguments) -> exit code`;
only the one that was asked for is imported, so that help comes at once.
"""

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from mullama.errors import MuLlamaError
from mullama.printable import printable
from mullama.registry import Registry

SUMMARIES = {
    "ask": "answer a question about music files",
    "caption": "describe music files",
    "catalogue": "caption whole collections for training",
    "convert": "turn published or own weights into one folder",
    "demo": "show a page in the browser on which music is asked about",
    "evaluate": "measure answers, and how much of them needed ears",
    "export": "write a model's language model as other engines read it",
    "info": "say what a model is made of",
    "listen": "encode a data set once, before it is trained on",
    "musicqa": "make question-answer data from music collections",
    "probe": "compare what encoders know of music, by tags",
    "serve": "answer questions over the network",
    "show": "draw a song: how it looks, what is heard in it, and where",
    "train": "train a model by a recipe",
}
VERBS = Registry[ModuleType](
    "verb",
    {name: f"mullama.commands.{name}" for name in SUMMARIES},
    entry_points="mullama.verbs",
)
"""Other packages add verbs by entry points: a module with the two functions."""
GARBAGE = 50_000
"""New objects between two looks for garbage: a library that is imported makes many and drops none, and with
Python's 700 a sixth of the time of loading goes into looking."""
PARTLY, REFUSED, INTERRUPTED = 1, 2, 130


def build_parser(verb: str | None) -> argparse.ArgumentParser:
    """The parser; only the arguments of `verb` are filled in."""
    parser = argparse.ArgumentParser(
        prog="mullama", description="Music Understanding LLaMA: ask questions about music."
    )
    parser.add_argument("--version", action="store_true", help="print the version and stop")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", title="verbs")
    for name in VERBS.names() if verb is None else dict.fromkeys([*SUMMARIES, verb]):
        summary = SUMMARIES.get(name, "of another package")
        chosen = verbs.add_parser(name, help=summary, description=summary.capitalize() + ".")
        if name == verb:
            VERBS.load(name).add_arguments(chosen)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. 0: done; 1: some of it could not be done; 2: nothing could."""
    if sys.stdout is None:  # closed by the parent process
        print("mullama: error: standard output is closed: send it to a file", file=sys.stderr)
        return REFUSED
    gc.set_threshold(GARBAGE)
    try:
        code = _run(sys.argv[1:] if argv is None else list(argv))
        sys.stdout.flush()
    except MuLlamaError as error:
        print(f"mullama: error: {printable(str(error))}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("mullama: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _abandon_output()
        return PARTLY
    except OSError as error:
        if error.filename is None:  # a full disk behind standard output
            _abandon_output()
        where = "standard output" if error.filename is None else error.filename
        print(f"mullama: error: {where}: {error.strerror or error}", file=sys.stderr)
        return REFUSED
    return code


def _run(argv: list[str]) -> int:
    _print_any_name()
    word = next((word for word in argv if not word.startswith("-")), None)
    verb = word if word is not None and word in VERBS else None
    arguments = build_parser(verb).parse_args(argv)
    if arguments.version:
        from mullama import __version__

        print(f"mullama {__version__}")
        return 0
    if arguments.verb is None:
        build_parser(None).print_help()
        return 0
    code: int = VERBS.load(arguments.verb).run(arguments)
    return code


def _print_any_name() -> None:
    """A file's name that the output's encoding lacks is shown escaped, and stops nothing."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")


def _abandon_output() -> None:
    """Python must not try again at its end to write what could not be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
