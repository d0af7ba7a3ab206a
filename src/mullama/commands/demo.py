"""`mullama demo`: a page in the browser, on which music is dropped and asked about."""

import argparse
import os
import signal
import sys
from importlib.util import find_spec

from mullama.commands.answer_flags import add_answer_flags, answer_flags
from mullama.errors import MissingExtraError
from mullama.load_options import LoadOptions
from mullama.options import add_flags, from_flags
from mullama.serving.demo.demo_options import DemoOptions
from mullama.serving.listening import bind


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, and where its page is shown."""
    add_flags(parser, LoadOptions, group="model")
    add_answer_flags(parser)
    add_flags(parser, DemoOptions, group="page")


def run(arguments: argparse.Namespace) -> int:
    """Show the page until Ctrl-C or SIGTERM; see `cli.main` for the exit codes."""
    options, loading = from_flags(DemoOptions, arguments), from_flags(LoadOptions, arguments)
    answers = answer_flags(arguments)
    options.users()  # refused before a model is loaded
    if find_spec("gradio") is None:
        raise MissingExtraError("gradio", "demo", "the demo")
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported
    bind(options.host, options.port).close()  # that it is taken is told before a model is loaded

    from mullama.engine import open_engine
    from mullama.serving.demo.launch import serve
    from mullama.serving.sound_store import own_folder

    signal.signal(signal.SIGTERM, signal.default_int_handler)
    engine = open_engine(
        loading, answers, batch_size=options.batch_size, max_seconds=options.max_seconds
    )
    with own_folder() as folder:
        os.environ["GRADIO_TEMP_DIR"] = str(folder)  # visitors' files
        serve(engine, options, announce=_announce)
    return 0


def _announce(address: str) -> None:
    print(f"mullama: the demo is at {address}", file=sys.stderr, flush=True)
