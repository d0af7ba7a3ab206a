"""`mullama evaluate score DIR`: all answers of a folder are scored; no system is asked."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mullama.evaluation.scoring.score_options import ScoreOptions
from mullama.options import add_flags, from_flags


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The folder, and which figures are made."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="the evaluation's folder")
    add_flags(parser, ScoreOptions)


def run(arguments: argparse.Namespace) -> int:
    """0: everything is scored; 1: some answers or metrics are missing, and the rest is scored."""
    from mullama.evaluation.folder import EvaluationFolder
    from mullama.evaluation.scoring.score import score

    folder = EvaluationFolder(arguments.folder)
    scores = score(folder, from_flags(ScoreOptions, arguments), ["mullama", *sys.argv[1:]])
    show(scores)
    print(folder.scores)
    return exit_code(scores)


def show(scores: Mapping[str, Any]) -> None:
    """Say what must be known before a figure is believed."""
    for line in scores["warnings"]:
        print(f"mullama: warning: {line}", file=sys.stderr)


def exit_code(scores: Mapping[str, Any]) -> int:
    """1 where an answer is missing or a metric could not be computed, 2 where nothing is scored."""
    systems = scores["systems"]
    if not any(system["conditions"] for system in systems):
        return 2
    partly = any(system["failed"] or system["missing"] for system in systems)
    blocked = any(need["blocks"] for about in scores["metrics"].values() for need in about["needs"])
    return 1 if partly or blocked else 0
