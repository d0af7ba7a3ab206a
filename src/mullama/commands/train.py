"""`mullama train RECIPE --out DIR`: a recipe becomes a trained model; the same command resumes it."""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mullama.training.recipe import Recipe
    from mullama.training.run_options import RunOptions

STOPPED = 143
"""Exit code of a run that was told to stop (128 + SIGTERM) and can go on."""
HELD_OUT = ("seen", "unseen")
"""Splits of a recipe whose finished model is measured on them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which recipe, from what, and where everything goes."""
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE", help="a YAML file, such as recipes/small.yaml"
    )
    parser.add_argument(
        "--out", required=True, type=Path, metavar="DIR",
        help="the run's folder: checkpoints, log and the finished model",
    )  # fmt: skip
    parser.add_argument(
        "--data", type=Path, metavar="PATH",
        help="folder of the recipe's data sets, or one .jsonl of {audio, question, answer}",
    )  # fmt: skip
    parser.add_argument(
        "--audio", type=Path, metavar="DIR", help="folder of all audio (default: beside the pairs)"
    )
    parser.add_argument(
        "--set", action="append", default=[], dest="changes", metavar="KEY=VALUE",
        help="change a value of the recipe, such as phases.finetune.batch=8; repeatable",
    )  # fmt: skip
    parser.add_argument(
        "--as-published", action="store_true",
        help="order, padding, averaging and schedule as in the published training",
    )  # fmt: skip
    parser.add_argument(
        "--dry-run", action="store_true",
        help="say sizes, memory, steps and time per step, and train nothing",
    )  # fmt: skip
    parser.add_argument(
        "--resume", action="store_true",
        help="refuse to begin anew (a run that was interrupted goes on by itself)",
    )  # fmt: skip
    parser.add_argument(
        "--max-steps", type=int, metavar="N", help="stop after N steps; the same command goes on"
    )
    parser.add_argument(
        "--skip-missing", action="store_true",
        help="leave out pairs whose audio is missing or cannot be heard",
    )  # fmt: skip
    parser.add_argument("--device", metavar="NAME", help="such as cpu or cuda (default: a GPU)")
    parser.add_argument(
        "--store", type=Path, metavar="DIR", help="where Listenings are kept (default: the cache)"
    )
    parser.add_argument(
        "--music", type=Path, metavar="DIR", help="where rendered music is kept (default: in --out)"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N",
        help="processes that render or hear music (default: one)",
    )  # fmt: skip
    parser.add_argument("--tensorboard", action="store_true", help="write TensorBoard's files")
    parser.add_argument("--wandb", metavar="PROJECT", help="log to Weights & Biases")


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on training, and say where the model is."""
    from transformers.utils import logging

    from mullama.training.estimate import dry_run
    from mullama.training.loop import Stopped
    from mullama.training.recipe_file import load_recipe
    from mullama.training.run_options import RunOptions
    from mullama.training.trainer import run as train

    logging.disable_progress_bar()  # ours says more, and nothing where nobody watches

    def report(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    names = ("data", "audio", "music", "store", "workers", "device", "max_steps", "resume",
             "skip_missing", "tensorboard", "wandb")  # fmt: skip
    options = RunOptions(**{name: getattr(arguments, name) for name in names})
    recipe = load_recipe(arguments.recipe, arguments.changes)
    if arguments.as_published:
        recipe = recipe.as_published()
    if arguments.dry_run:
        for line in dry_run(recipe, options, report):
            print(line)
        return 0
    try:
        result = train(recipe, arguments.out, options, report=report)
    except Stopped:
        report(f"stopped as asked; the same command goes on from {arguments.out}")
        return STOPPED
    if result.finished and set(HELD_OUT) <= {split.name for split in recipe.splits}:
        measure_small(recipe, result.model, arguments.out, options, report)
    if is_first():
        print(f"{result.model}: ready for `mullama ask AUDIO --model {arguments.out}`")
    return 0


def measure_small(
    recipe: "Recipe", model: Path, out: Path, options: "RunOptions", report: Callable[[str], None]
) -> None:
    """Write the figures of a finished small model, measured on the recipe's held-out music."""
    from mullama.evaluation.small_model import FIGURES, measure, save_figures
    from mullama.studio.corpus import load_or_render

    music, workers = options.music_folder(out), options.workers or 1
    seen, unseen = (
        load_or_render(recipe.split(name), music, workers=workers, report=report)
        for name in HELD_OUT
    )
    save_figures(measure(model, seen, unseen, report), out / FIGURES)


def is_first() -> bool:
    """Whether this is the process that speaks, of those that torchrun started."""
    return os.environ.get("RANK", "0") == "0"
