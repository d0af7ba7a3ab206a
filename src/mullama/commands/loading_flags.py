"""The flags of a model, for every verb that opens one."""

import argparse
import sys

from mullama.load_options import LoadOptions
from mullama.options import from_flags


def loading_flags(arguments: argparse.Namespace) -> LoadOptions:
    """Which model, and how; where none is named and the small one stands in, says so once."""
    options = from_flags(LoadOptions, arguments)
    if options.model is None:
        from mullama.checkpoints.shipped import missing_language_model

        if (line := missing_language_model()) is not None:
            print(f"mullama: {line}", file=sys.stderr)
    return options
