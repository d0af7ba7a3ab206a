"""The flags of where answers are made, for every verb that has an engine.

`--engine vllm:URL` says the same as `--answer-at vllm:URL`; a verb whose `--engine` names its workers
takes both kinds of words there.
"""

import argparse

from mullama.answer_options import KIND, AnswerOptions
from mullama.errors import UsageError
from mullama.options import add_flags, from_flags

ENGINE = "engine"


def add_answer_flags(parser: argparse.ArgumentParser, *, own_engine: bool = False) -> None:
    """Add them; `own_engine`: the verb has an `--engine` already."""
    add_flags(parser, AnswerOptions, group="answers")
    if not own_engine:
        parser.add_argument(
            "--engine", default=argparse.SUPPRESS, metavar="vllm:URL",
            help="another name of --answer-at",
        )  # fmt: skip


def answer_flags(arguments: argparse.Namespace, *, own_engine: bool = False) -> AnswerOptions:
    """Where answers are made; takes an address out of `--engine`. Raises UsageError."""
    engine = str(getattr(arguments, ENGINE, ""))
    if engine and (engine.startswith(KIND) or not own_engine):
        if hasattr(arguments, "answer_at"):
            raise UsageError("give --engine vllm:URL or --answer-at, one of them")
        delattr(arguments, ENGINE)
        arguments.answer_at = engine
    return from_flags(AnswerOptions, arguments)
