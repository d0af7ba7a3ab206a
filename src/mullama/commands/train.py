"""`mullama train RECIPE... --out DIR`: recipes become a trained model; the same command resumes it."""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from mullama.errors import MuLlamaError, UsageError
from mullama.options import Flag, Options, add_flags, from_flags
from mullama.training.run_options import RunOptions

if TYPE_CHECKING:
    from mullama.training.recipe import Recipe
    from mullama.training.trainer import TrainingResult

STOPPED, REFUSED = 143, 2
"""Exit codes of a run that was told to stop (128 + SIGTERM) and can go on, and of one that cannot."""


@dataclass(frozen=True, kw_only=True)
class TrainOptions(Options):
    """What the command is told beside the run's own options."""

    out: Annotated[Path, Flag("DIR")]
    """The run's folder: checkpoints, log and the finished model."""
    set: Annotated[tuple[str, ...], Flag("KEY=VALUE")] = ()
    """Change a value of the recipe, such as phases.finetune.batch=8; repeatable."""
    as_published: bool = False
    """Order, padding, averaging and schedule as in the published training."""
    dry_run: bool = False
    """Say sizes, memory, steps and time per step, and train nothing."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which recipe, from what, and where everything goes."""
    parser.add_argument(
        "recipes",
        type=Path,
        nargs="+",
        metavar="RECIPE",
        help="a YAML file, such as recipes/small.yaml; of several, each goes on from the model of the one "
        "before, in a folder of its name",
    )
    add_flags(parser, TrainOptions)
    add_flags(parser, RunOptions, group="run")


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on training, and say where the model is."""
    try:
        return _run(
            arguments.recipes,
            from_flags(TrainOptions, arguments),
            from_flags(RunOptions, arguments),
        )
    except MuLlamaError:
        if os.environ.get("LOCAL_RANK", "0") == "0":
            raise
        return REFUSED  # the first process of the machine says why


def _run(paths: Sequence[Path], command: TrainOptions, options: RunOptions) -> int:
    from transformers.utils import logging

    from mullama.training.estimate import dry_run
    from mullama.training.loop import Stopped
    from mullama.training.trainer import run as train

    logging.disable_progress_bar()  # ours says more, and nothing where no terminal shows it
    if len(paths) > 1:  # which share their music
        options = replace(options, music=options.music_folder(command.out))
    for recipe, out in _in_turn(paths, command):
        if command.dry_run:
            for line in dry_run(recipe, options, _report):
                print(line)
            continue
        try:
            result = train(recipe, out, options, report=_report)
        except Stopped:
            _report(f"stopped as asked; the same command goes on from {out}")
            return STOPPED
        _measure(recipe, result, out, options)
        if _is_main():
            print(f"{result.model}: ready for `mullama ask AUDIO --model {out}`")
        if not result.finished:
            break
    return 0


def _in_turn(paths: Sequence[Path], command: TrainOptions) -> Iterator[tuple["Recipe", Path]]:
    """The recipes with the folders of their runs; of several, each begins with what the one before makes.

    Raises UsageError before anything runs where one of them cannot be read.
    """
    from mullama.checkpoints.store import RUN_MODEL
    from mullama.training.recipe_file import load_recipe

    recipes = [load_recipe(path, command.set) for path in paths]
    if len({recipe.name for recipe in recipes}) < len(recipes):
        raise UsageError("recipes that follow one another need names of their own")
    made: dict[str, str] = {}
    for recipe in recipes:
        out = command.out / recipe.name if len(paths) > 1 else command.out
        if made and not command.dry_run:  # which finds nothing made
            ears = made.get(recipe.ears or "", recipe.ears)
            recipe = replace(recipe, start=[*made.values()][-1], ears=ears)
        yield recipe.as_published() if command.as_published else recipe, out
        made[recipe.name] = str(out / RUN_MODEL)


def _measure(recipe: "Recipe", result: "TrainingResult", out: Path, options: RunOptions) -> None:
    """Write the figures of a finished small model, measured on its recipe's held-out music."""
    splits = [split for split in recipe.splits if split.purpose == "held-out"]
    if not result.finished or not splits:
        return
    from mullama.evaluation.small_model.measure import FIGURES, measure, save_figures
    from mullama.studio.corpus import load_or_render

    music, workers = options.music_folder(out), options.workers or 1
    held_out = {
        split.name: load_or_render(split, music, workers=workers, report=_report)
        for split in splits
    }
    there = {name: clips for name, clips in held_out.items() if len(clips)}
    save_figures(measure(result.model, there, _report), out / FIGURES)


def _report(line: str) -> None:
    if _is_main():
        print(line, file=sys.stderr, flush=True)


def _is_main() -> bool:
    """Whether this is the main process of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"
