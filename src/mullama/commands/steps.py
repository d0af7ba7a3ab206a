"""A verb of several steps, each a module with `add_arguments(parser)` and `run(arguments)` as a verb is."""

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True)
class Step:
    """One step of a verb."""

    module: str
    summary: str


def add_steps(parser: argparse.ArgumentParser, steps: Mapping[str, Step]) -> None:
    """The steps by their names, each with arguments of its own."""
    choices = parser.add_subparsers(dest="step", metavar="STEP", title="steps", required=True)
    for name, step in steps.items():
        description = step.summary.capitalize() + "."
        chosen = choices.add_parser(name, help=step.summary, description=description)
        import_module(step.module).add_arguments(chosen)


def run_step(arguments: argparse.Namespace, steps: Mapping[str, Step]) -> int:
    """Do one step; see `cli.main` for the exit codes."""
    code: int = import_module(steps[arguments.step].module).run(arguments)
    return code
