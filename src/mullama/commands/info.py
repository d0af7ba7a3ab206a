"""`mullama info MODEL`: what a model is made of, read from its files without loading the weights."""

import argparse
import json
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model."""
    parser.add_argument(
        "model", nargs="?", metavar="MODEL", help="a folder or a hub name (default: the small one)"
    )
    parser.add_argument("--json", action="store_true", help="as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the parts, their sizes and where they came from."""
    from mullama.checkpoints.describe import describe
    from mullama.printable import printable

    facts = describe(arguments.model)
    if arguments.json:
        print(json.dumps(facts))
        return 0
    for name, value in facts.items():
        print(printable(f"{name:<20} {_plain(value)}"))
    return 0


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items()) or "-"
    return f"{value:,}" if isinstance(value, int) else str(value)
