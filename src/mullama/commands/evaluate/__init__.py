"""`mullama evaluate answer | score | report | run`: how good answers are, and how much needed ears.

Each step is a module beside this one, and a function of the files that the ones before it wrote.
"""

import argparse

from mullama.commands.steps import Step, add_steps, run_step

STEPS = {
    "answer": Step(f"{__name__}.answer", "put the questions of a set to a system"),
    "score": Step(f"{__name__}.score", "score all answers of an evaluation's folder"),
    "report": Step(f"{__name__}.report", "write the report of an evaluation's folder"),
    "run": Step(f"{__name__}.recipe", "do all that a recipe says"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The steps."""
    add_steps(parser, STEPS)


def run(arguments: argparse.Namespace) -> int:
    """Do one step."""
    return run_step(arguments, STEPS)
