"""errors.jsonl: the files that have no caption, each with why, and what to do."""

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from mullama.jobs.atomic import atomic_file
from mullama.jobs.jsonl import from_line, lines_of, to_line
from mullama.jobs.workers.work import cause_of
from mullama.printable import printable

ADVICE = (
    ("no such file", "name it as it is called, or take it off the list"),
    ("ermission", "allow it to be read"),
    ("outside of what was named", "name its folder by --audio"),
    ("it names it, but", "name its folder by --audio"),
    (
        "worker process",
        "it takes too much memory or ends its reader: hear it alone, or leave it out",
    ),
    ("changed", "run again once nobody writes it"),
    ("encrypted", "unpack it first"),
)
OTHERWISE = "play it: if it is whole elsewhere, fetch it again; run again to try it once more"


class Failure(NamedTuple):
    """A file without caption."""

    path: str
    cause: str


def cause_without_place(error: Exception, file: Path) -> str:
    """Why, on one line, without where the file lies on this machine, which stands in no row."""
    text = cause_of(error)
    for name in (printable(file), str(file)):
        text = text.removeprefix(f"{name}: ").replace(name, "it")
    return text


def write_failures(path: Path, failures: Iterable[Failure]) -> int:
    """Write the file anew, whole or not at all; how many there are. None leaves no file."""
    count = 0
    with atomic_file(path, parents=True) as part, part.open("wb") as file:
        for failure in failures:
            count += 1
            file.write(to_line({**failure._asdict(), "todo": advice(failure.cause)}))
    if not count:
        path.unlink(missing_ok=True)
    return count


def read_failures(path: Path, limit: int) -> Iterator[Failure]:
    """The first so many; none where there is no file."""
    if path.exists():
        with path.open("rb") as file:
            for line in islice(lines_of(file), limit):
                values = from_line(line.content)
                yield Failure(values["path"], values["cause"])


def advice(cause: str) -> str:
    """What to do about it."""
    return next((todo for words, todo in ADVICE if words in cause), OTHERWISE)
