"""A text file that people write -> its text, within a limit: what has no end is not read to it."""

from pathlib import Path

from mullama.errors import UsageError

MOST = 1 << 20
"""Bytes of a file that somebody writes by hand, at most."""


def read_small_text(path: Path, what: str, most: int = MOST) -> str:
    """The whole text, UTF-8; raises UsageError for `what` cannot be read, is too long or no text."""
    try:
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise UsageError(f"cannot read {what} {path}: it has more than {most:,} bytes")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"cannot read {what} {path}: it is not text in UTF-8: {error}") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise UsageError(f"cannot read {what} {path}: {why}") from error
