"""How writers are to work; read from a command's arguments. Does not know any writer."""

import argparse
from dataclasses import dataclass, fields

from mullama.errors import UsageError
from mullama.musicqa.interview.interview import ATTEMPTS


@dataclass(frozen=True)
class WriterOptions:
    """The same for every writer; each heeds what concerns it."""

    temperature: float = 0.0
    """0 takes the likeliest token; above it every clip draws from a seed of its own."""
    max_tokens: int = 2048
    """Longest reply, in tokens."""
    attempts: int = ATTEMPTS
    """Replies that are heard in each round before a clip fails."""
    batch_size: int = 8
    """Clips at once on this machine."""
    in_flight: int = 32
    """Clips at once at an endpoint."""
    requests_per_minute: float = 0.0
    """Most requests to an endpoint; 0 knows no limit."""
    timeout: float = 120.0
    """Seconds that an endpoint may be silent."""
    retries: int = 6
    """How often a request is sent again when the endpoint is busy, broken or cut off."""
    price_in: float = 0.0
    """Of a million tokens that are read; for the totals."""
    price_out: float = 0.0
    """Of a million tokens that are written; for the totals."""

    def __post_init__(self) -> None:
        for name, least in _LEAST.items():
            if not least <= getattr(self, name) < float("inf"):
                shown = name.replace("_", "-")
                raise UsageError(f"--{shown} is {getattr(self, name)}, expected {least} or more")


_LEAST = {
    "temperature": 0,
    "max_tokens": 1,
    "attempts": 1,
    "batch_size": 1,
    "in_flight": 1,
    "requests_per_minute": 0,
    "timeout": 0.001,
    "retries": 0,
    "price_in": 0,
    "price_out": 0,
}
_HELP = {
    "temperature": "0 takes the likeliest word, more draws from a seed per clip",
    "max_tokens": "longest reply",
    "attempts": "replies per round before a clip fails",
    "batch_size": "local: clips at once",
    "in_flight": "endpoint: clips at once",
    "requests_per_minute": "endpoint: most requests; 0 for no limit",
    "timeout": "endpoint: seconds of silence",
    "retries": "endpoint: how often a request is sent again",
    "price_in": "price of a million tokens read, for the totals",
    "price_out": "price of a million tokens written, for the totals",
}


def add_writer_arguments(parser: argparse.ArgumentParser) -> None:
    """One option for every field of `WriterOptions`."""
    group = parser.add_argument_group("how it is written")
    for option in fields(WriterOptions):
        group.add_argument(
            f"--{option.name.replace('_', '-')}",
            type=type(option.default),
            default=option.default,
            metavar="N",
            help=f"{_HELP[option.name]} (default: {option.default:g})",
        )


def writer_options(arguments: argparse.Namespace) -> WriterOptions:
    """The options that the arguments of `add_writer_arguments` ask for."""
    names = (option.name for option in fields(WriterOptions))
    return WriterOptions(**{name: getattr(arguments, name) for name in names})
