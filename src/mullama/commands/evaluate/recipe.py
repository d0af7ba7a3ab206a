"""`mullama evaluate run RECIPE --out DIR`: all systems are asked and scored, and the report is written."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mullama.errors import MuLlamaError
from mullama.evaluation.asking.answer_options import AnswerOptions
from mullama.options import Flag, Options, add_flags, from_flags, given_flags

if TYPE_CHECKING:
    from mullama.evaluation.systems.registry import SystemSpec
    from mullama.jobs.outcome import Outcome


@dataclass(frozen=True, kw_only=True)
class RunOptions(Options):
    """What the command is told beside the recipe."""

    out: Annotated[Path, Flag("DIR")]
    """The evaluation's folder."""
    dry_run: bool = False
    """Say what is missing, and run no system."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The recipe, and what it leaves open."""
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE",
        help="a YAML file, such as recipes/evaluate-published.yaml",
    )  # fmt: skip
    add_flags(parser, RunOptions)
    add_flags(parser, AnswerOptions, group="work (defaults: the recipe's)", defaults_stored=True)


def run(arguments: argparse.Namespace) -> int:
    """As the steps: 0 where all is done, 1 where something is missing, 2 where nothing could be done."""
    from mullama.commands.evaluate.score import exit_code, show
    from mullama.evaluation.folder import EvaluationFolder
    from mullama.evaluation.recipe import ask, load_recipe, missing
    from mullama.evaluation.report.report import report
    from mullama.evaluation.scoring.overlap import check_training_files
    from mullama.evaluation.scoring.score import score

    options = from_flags(RunOptions, arguments)
    recipe = load_recipe(arguments.recipe, given_flags(AnswerOptions, arguments))
    if options.dry_run:
        lines = missing(recipe)
        print("\n".join(lines) or "nothing is missing")
        return 1 if lines else 0
    check_training_files(recipe.score.hold_out, "score: hold_out")
    folder, command = EvaluationFolder(options.out), ["mullama", *sys.argv[1:]]
    asked = ask(recipe.set, recipe.specs, folder, recipe.asking, recipe.work, command, _warn)
    codes = [_told(spec, outcome) for spec, outcome in asked]
    if not list(folder.path.glob("answers/*.json")):
        return 2  # nobody could be asked, and it has been said why
    code = max(codes)
    scores = score(folder, recipe.score, command)
    show(scores)
    for path in report(folder.path):
        print(path)
    return max(min(code, 1), exit_code(scores))


def _warn(line: str) -> None:
    print(f"mullama: warning: {line}", file=sys.stderr)


def _told(spec: "SystemSpec", outcome: "Outcome | MuLlamaError") -> int:
    """Say what became of a system; the exit code of that."""
    if isinstance(outcome, MuLlamaError):
        print(f"mullama: error: {spec.name}: {outcome}", file=sys.stderr)
        return 1
    for line in outcome.lines():
        print(f"{spec.name}: {line}", file=sys.stderr)
    return outcome.exit_code
