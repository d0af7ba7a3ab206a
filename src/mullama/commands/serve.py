"""`mullama serve`: one model behind an OpenAI-compatible HTTP service."""

import argparse
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mullama.commands.answer_flags import add_answer_flags, answer_flags
from mullama.errors import MissingExtraError
from mullama.load_options import LoadOptions
from mullama.options import add_flags, from_flags
from mullama.serving.serve_options import EngineOptions, ServeLimits, ServeOptions, nbytes

if TYPE_CHECKING:
    from mullama.engine import Engine

LIBRARIES = ("fastapi", "uvicorn", "prometheus_client", "python_multipart", "httpcore")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, where it is served, and what is taken on."""
    add_flags(parser, LoadOptions, group="model")
    add_flags(parser, EngineOptions, group="engine")
    add_answer_flags(parser)
    add_flags(parser, ServeOptions, group="server")
    add_flags(parser, ServeLimits, group="limits")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or Ctrl-C; see `cli.main` for the exit codes."""
    loading, engine = from_flags(LoadOptions, arguments), from_flags(EngineOptions, arguments)
    answers = answer_flags(arguments)
    options, limits = from_flags(ServeOptions, arguments), from_flags(ServeLimits, arguments)
    for library in LIBRARIES:
        if find_spec(library) is None:
            raise MissingExtraError(library, "serve", "serving")
    if options.demo and find_spec("gradio") is None:
        raise MissingExtraError("gradio", "demo", "the demo")

    from mullama.serving.server import serve

    def opened() -> "Engine":
        from mullama.engine import open_engine

        return open_engine(
            loading,
            answers,
            batch_size=engine.batch_size,
            cache_bytes=nbytes(engine.cache_mb),
            as_published=engine.as_published,
            max_waiting=engine.max_waiting,
            max_seconds=limits.max_seconds,
        )

    serve(opened, options, limits, announce=_announce)
    return 0


def _announce(said: str) -> None:
    print(f"mullama: {said}", file=sys.stderr, flush=True)
