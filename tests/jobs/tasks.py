"""Work to be mapped in other processes, where it is found by importing this module."""

import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from jobs.rows import Row
from mullama.errors import AudioError, MissingExtraError
from mullama.jobs.workers import Work


def square(name: str) -> Row:
    """The number in a name, squared; some fail."""
    number = int(name)
    if number % 10 == 3:
        raise AudioError(f"{name}:\n  a three")
    return Row(name, number * number)


def squares() -> Work[str, Row]:
    return Work.of(square, catch=(AudioError,), failed=failed)


def failed(name: str, why: str) -> Row:
    return Row(name, failed=why)


class Dying:
    """Writes its process id to a folder when it is set up; then does what the item says."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        (self.folder / str(os.getpid())).touch()
        self.done = 0

    def __call__(self, name: str) -> Row:
        self.done += 1
        deed, _, argument = name.partition(" ")
        found: Any = getattr(self, deed)(argument)
        return Row(name, int(found or 0))

    def count(self, argument: str) -> int:
        return self.done

    def sleep(self, argument: str) -> None:
        time.sleep(float(argument.split()[0]))

    def die(self, argument: str) -> None:
        os.kill(os.getpid(), getattr(signal, argument or "SIGKILL"))
        time.sleep(60)

    def exit(self, argument: str) -> None:
        os._exit(int(argument))

    def die_once(self, argument: str) -> None:
        marker = self.folder.with_suffix(f".{argument}")
        if not marker.exists():
            marker.touch()
            self.die("")

    def bug(self, argument: str) -> None:
        raise MissingExtraError("a", "b", argument)

    def unpicklable(self, argument: str) -> Callable[[], None]:
        return int("x" + argument)  # type: ignore[return-value]

    def bytes(self, argument: str) -> int:
        return len(argument)

    def threads(self, argument: str) -> int:
        return int(os.environ["OMP_NUM_THREADS"])

    def interrupt(self, argument: str) -> int:
        os.kill(os.getpid(), signal.SIGINT)
        return 1

    def loaded(self, argument: str) -> bool:
        return argument in sys.modules


def dying(folder: Path, *, caught: bool = True) -> Work[str, Row]:
    folder.mkdir(exist_ok=True)
    return Work(partial(Dying, str(folder)), failed=failed if caught else None)


def no_setup() -> Callable[[str], Row]:
    raise AudioError("no weights there")


def deadly_setup() -> Callable[[str], Row]:
    os._exit(7)


def returns_lambda(name: str) -> Any:
    return lambda: name
