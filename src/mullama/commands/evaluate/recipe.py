"""`mullama evaluate run RECIPE --out DIR`: all systems are asked and scored, and the report is written."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.errors import MuLlamaError
from mullama.evaluation.asking.answer_options import AnswerOptions
from mullama.options import Flag, Options, add_flags, from_flags, given_flags


@dataclass(frozen=True, kw_only=True)
class RunOptions(Options):
    """What the command is told beside the recipe."""

    out: Annotated[Path, Flag("DIR")]
    """The evaluation's folder."""
    dry_run: bool = False
    """Say what is missing, and ask nobody."""


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
    from mullama.evaluation.scoring.score import score

    options = from_flags(RunOptions, arguments)
    recipe = load_recipe(arguments.recipe, given_flags(AnswerOptions, arguments))
    if options.dry_run:
        lines = missing(recipe)
        print("\n".join(lines) or "nothing is missing")
        return 1 if lines else 0
    folder = EvaluationFolder(options.out)
    code = 0
    for spec, outcome in ask(recipe.set, recipe.specs, folder, recipe.asking, recipe.work):
        if isinstance(outcome, MuLlamaError):
            print(f"mullama: error: {spec.name}: {outcome}", file=sys.stderr)
            code = 1
            continue
        code = max(code, outcome.exit_code)
        for line in outcome.lines():
            print(f"{spec.name}: {line}", file=sys.stderr)
    scores = score(folder, recipe.score, ["mullama", *sys.argv[1:]])
    show(scores)
    for path in report(folder.path):
        print(path)
    return max(min(code, 1), exit_code(scores))
