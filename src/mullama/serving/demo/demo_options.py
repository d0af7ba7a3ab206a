"""What a demo is told: where it listens, who may come in, and how much it takes on. Imports no torch."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.errors import UsageError
from mullama.jobs.small_text import read_small_text
from mullama.options import Bounds, Flag, Options

VARIABLE = "MULLAMA_DEMO_AUTH"
"""The environment's users, as `--auth` takes them, with white space between."""


@dataclass(frozen=True, kw_only=True)
class DemoOptions(Options):
    """The page, and who sees it."""

    host: Annotated[str, Flag("ADDRESS")] = "127.0.0.1"
    """Listen here; 0.0.0.0 lets other machines in."""
    port: Annotated[int, Bounds(0, 65535)] = 7860
    """Listen on this port; 0 takes the first from 7860 that is free."""
    root_path: Annotated[str, Flag("PATH")] = ""
    """Where a proxy shows the page, such as /music."""
    share: bool = False
    """Show it to the world through gradio.live, which relays everything (needs a network)."""
    auth: Annotated[tuple[str, ...], Flag("USER:PASSWORD")] = ()
    """Let only these in; repeatable. @FILE reads them from a file, one a line, where the list of processes
    does not show them (default: MULLAMA_DEMO_AUTH in the environment, or everybody)."""
    batch_size: Annotated[int, Bounds(1, 65536)] = 8
    """Answers that are made at a time."""
    max_seconds: Annotated[float, Bounds(1)] = 3600.0
    """Refuse music that is longer."""
    max_mb: Annotated[int, Bounds(1)] = 200
    """Refuse larger files, in megabytes."""
    max_stored_mb: Annotated[int, Bounds(1)] = 4096
    """Disk for the files of all visitors together, in megabytes; they are deleted after a day."""
    timeout: Annotated[float, Bounds(1)] = 600.0
    """Give a question up after this many seconds."""

    def users(self) -> dict[str, str]:
        """User -> password; empty where everybody may come in. Raises UsageError."""
        given = self.auth or tuple(os.environ.get(VARIABLE, "").split())
        words = [word for entry in given for word in _lines(entry)]
        users = {}
        for word in words:
            user, colon, password = word.partition(":")
            if not (user and colon and password):
                raise UsageError("--auth takes USER:PASSWORD, or @FILE with one of them a line")
            users[user] = password
        if given and not users:
            raise UsageError("--auth names nobody: the file is empty")
        return users


def _lines(entry: str) -> list[str]:
    if not entry.startswith("@"):
        return [entry]
    text = read_small_text(Path(entry[1:]), "--auth")
    return [line.strip() for line in text.splitlines() if line.strip()]
