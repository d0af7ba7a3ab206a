"""`mullama musicqa write | build | read`: described music becomes question-answer data, in three steps.

Each step is a module beside this one, with arguments of its own.
"""

import argparse
from importlib import import_module

STEPS = {
    "write": "let a writer make questions and answers of a collection's descriptions",
    "build": "make one numbered data set, with its audio, of what was written",
    "read": "turn published question-answer files into ours, or into Hugging Face's",
}

MODULES = {
    "write": "mullama.commands.musicqa.write",
    "build": "mullama.commands.musicqa.build",
    "read": "mullama.commands.musicqa.read",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The steps, each with arguments of its own."""
    steps = parser.add_subparsers(dest="step", metavar="STEP", title="steps", required=True)
    for name, summary in STEPS.items():
        chosen = steps.add_parser(name, help=summary, description=summary.capitalize() + ".")
        import_module(MODULES[name]).add_arguments(chosen)


def run(arguments: argparse.Namespace) -> int:
    """Do one step; see `cli.main` for the exit codes."""
    code: int = import_module(MODULES[arguments.step]).run(arguments)
    return code
