"""`mullama evaluate answer SET --system S --out DIR`: a system is asked; the same command goes on."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.errors import MuLlamaError
from mullama.evaluation.asking.answer_options import AnswerOptions
from mullama.evaluation.asking.tasks import Asking
from mullama.options import Flag, Options, add_flags, from_flags


@dataclass(frozen=True, kw_only=True)
class Whom(Options):
    """Who is asked, and where everything goes."""

    system: Annotated[str, Flag("KIND[:KEY=VALUE,...]")]
    """Who is asked, such as mullama:model=DIR,temperature=0; name=TEXT is what tables call it."""
    out: Annotated[Path, Flag("DIR")]
    """The evaluation's folder: one set, any number of systems."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is asked, who, and how."""
    parser.add_argument(
        "set",
        metavar="SET",
        help="NAME:PATH of a published set, or a file of question-answer pairs",
    )
    add_flags(parser, Whom)
    add_flags(parser, Asking, group="how it is asked")
    add_flags(parser, AnswerOptions, group="work")


def run(arguments: argparse.Namespace) -> int:
    """0: all is answered; 1: some answers failed, or audio is not here; 2: there is none."""
    from mullama.evaluation.folder import EvaluationFolder
    from mullama.evaluation.recipe import ask
    from mullama.evaluation.systems.registry import SystemSpec

    whom, options = from_flags(Whom, arguments), from_flags(AnswerOptions, arguments)
    spec = SystemSpec.from_text(whom.system)
    folder = EvaluationFolder(whom.out)
    asking, command = from_flags(Asking, arguments), ["mullama", *sys.argv[1:]]
    warned: list[str] = []

    def warn(line: str) -> None:
        warned.append(line)
        print(f"mullama: warning: {line}", file=sys.stderr)

    for _, outcome in ask(arguments.set, [spec], folder, asking, options, command, warn):
        if isinstance(outcome, MuLlamaError):
            raise outcome
        for line in outcome.lines():
            print(f"{spec.name}: {line}", file=sys.stderr)
        print(folder.answers(spec.file_name))
        return max(outcome.exit_code, min(1, len(warned)))
    return 2
