"""`mullama musicqa write | build | read`: described music becomes question-answer data, in three steps.

Each step is a module beside this one, with arguments of its own.
"""

import argparse

from mullama.commands.steps import Step, add_steps, run_step

STEPS = {
    "write": Step(
        f"{__name__}.write",
        "let a writer make questions and answers of a collection's descriptions",
    ),
    "build": Step(
        f"{__name__}.build", "make one numbered data set, with its audio, of what was written"
    ),
    "read": Step(
        f"{__name__}.read", "turn published question-answer files into ours, or into Hugging Face's"
    ),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The steps."""
    add_steps(parser, STEPS)


def run(arguments: argparse.Namespace) -> int:
    """Do one step."""
    return run_step(arguments, STEPS)
