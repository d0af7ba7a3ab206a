"""`mullama train RECIPE --out DIR`: a recipe becomes a trained model; the same command resumes it."""

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which recipe, and where everything goes."""
    parser.add_argument(
        "recipe", type=Path, metavar="RECIPE", help="a YAML file, such as recipes/small.yaml"
    )
    parser.add_argument(
        "--out",
        required=True,
        type=Path,
        metavar="DIR",
        help="checkpoints, log and the finished model",
    )
    parser.add_argument(
        "--music",
        type=Path,
        metavar="DIR",
        help="where rendered music is kept (default: the cache)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=1,
        metavar="N",
        help="processes that render music (default: 1)",
    )
    parser.add_argument(
        "--max-steps", type=int, metavar="N", help="stop every phase early: a trial"
    )


def run(arguments: argparse.Namespace) -> int:
    """Train, or go on training, and say where the model is."""
    from mullama.training.trainer import run as train

    def report(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    finished = train(
        arguments.recipe,
        arguments.out,
        music=arguments.music,
        workers=arguments.workers,
        max_steps=arguments.max_steps,
        report=report,
    )
    print(f"{finished}: ready for `mullama ask AUDIO --model {finished}`")
    return 0
