"""A file appears under its name when it is whole, or not at all. Knows nothing of what is in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mullama.errors import UsageError


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """A place beside `path` to write to; renamed to `path` at the end, removed on any failure.

    Raises UsageError where the disk refuses.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        yield part
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        part.unlink(missing_ok=True)
