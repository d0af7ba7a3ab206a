"""Everything that can go wrong on purpose.

Each error is one line for a person: what happened, where, and what to do next. The command line
prints it and exits; the cause, if there was one, stays chained for a debugger.
"""


class MuLlamaError(Exception):
    """The root: whatever this package raises deliberately."""


class AudioError(MuLlamaError):
    """A file or array that cannot be read as sound: missing, empty, broken, or too short."""


class TooLongError(AudioError):
    """A sound that is longer than is read here."""


class CheckpointError(MuLlamaError):
    """Weights or their configuration that do not fit together, or cannot be read."""


class UsageError(MuLlamaError):
    """A request that makes no sense: an unknown option, counts that do not pair up."""


class MissingExtraError(MuLlamaError):
    """An optional library that the request needs is not installed."""

    def __init__(self, library: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs {library}, which is not installed: pip install 'mullama[{extra}]'"
        )


class Overloaded(MuLlamaError):  # noqa: N818  named for what the caller meets, as the three below
    """More requests wait than are let in: ask again later."""


class Closed(MuLlamaError):  # noqa: N818
    """Nothing is accepted any more, or a request was still waiting when it ended."""


class Cancelled(MuLlamaError):  # noqa: N818
    """A request that its own caller gave up."""


class TimeLimit(MuLlamaError):  # noqa: N818
    """A request that was not answered within its time."""


class Unavailable(MuLlamaError):  # noqa: N818
    """An engine elsewhere that cannot be reached, or has no time: ask again later."""


class EngineFailed(MuLlamaError):  # noqa: N818
    """An engine elsewhere that refuses what it is asked, or sends what makes no sense."""
