"""A run's state becomes checkpoint files, so that nothing but the last minute can be lost.

    checkpoints/step-<steps>-<phase>.pt      the state
    checkpoints/step-<steps>-<phase>.json    its digest

A damaged one is passed over for the one before. Does not know what is in a state.
"""

import contextlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from mullama.errors import MuLlamaError
from mullama.jobs.atomic import atomic_file, remove_leftovers, write_text
from mullama.jobs.digest import file_digest

FOLDER = "checkpoints"
RETAINED = 2
"""Checkpoints that stay: the last one, and one in case it is damaged."""
QUARANTINED = ".damaged"
"""Ends the name of a checkpoint that could not be read."""


class TrainingError(MuLlamaError):
    """A training that cannot go on; its last checkpoint is good."""


UNREADABLE = (
    *(TrainingError, OSError, EOFError, ValueError, TypeError, KeyError, AttributeError),
    *(RuntimeError, pickle.PickleError),
)
"""What reading a file of another form may raise."""


class CheckpointManager:
    """The checkpoints of one run."""

    def __init__(self, folder: Path, report: Callable[[str], None] = print) -> None:
        self.folder = folder / FOLDER
        self.report = report
        self._newest: Path | None = None
        """Known to be whole, since this process wrote it or read it."""

    def save(self, step: int, phase: int, state: dict[str, Any]) -> None:
        """Write a state whole or not at all, then remove the oldest.

        Raises TrainingError where the disk is full or cannot be written.
        """
        path = self.folder / f"step-{step:09d}-{phase:03d}.pt"
        if path != self._newest:  # what lies there otherwise may be damaged
            self._write(path, state)
            self._newest = path
        for old in self._paths()[:-RETAINED]:
            old.unlink()
            _digest_file(old).unlink(missing_ok=True)

    def load(self, *, clear: bool = False) -> dict[str, Any] | None:
        """The newest state that is whole; None without any.

        With `clear`, damaged ones are quarantined, and what a kill left unfinished is removed.
        """
        for path in reversed(self._paths()):
            state = self._read(path)
            if state is not None:
                self._newest = path
                break
            if clear:
                self._quarantine(path)
        else:
            state = None
        if clear:
            remove_leftovers(self.folder)
        return state

    def save_best(self, phase: int, state: dict[str, Any]) -> None:
        """Write the weights with the lowest loss so far. Raises TrainingError as `save` does."""
        self._write(self.folder / f"best-{phase:03d}.pt", state)

    def load_best(self, phase: int) -> dict[str, Any] | None:
        """What `save_best` wrote; None where it is gone or damaged."""
        return self._read(self.folder / f"best-{phase:03d}.pt")

    def _write(self, path: Path, state: dict[str, Any]) -> None:
        try:
            write(path, state)
        except (TrainingError, RuntimeError) as error:  # torch reports a full disk as RuntimeError
            good = self._newest or next(reversed(self._paths()), None)
            said = f"{good.name} is the last good one" if good else "there is none yet"
            raise TrainingError(
                f"the checkpoint {_first_line(error)}; {said}: free some space and run the same "
                "command again"
            ) from error

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            state: dict[str, Any] = read(path)
        except UNREADABLE as error:
            self.report(f"{path} is damaged and passed over: {_first_line(error)}")
            return None
        return state

    def _quarantine(self, path: Path) -> None:
        with contextlib.suppress(OSError):
            path.replace(path.with_suffix(QUARANTINED))
            _digest_file(path).unlink(missing_ok=True)

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.pt"))


def write(path: Path, state: Any) -> None:
    """Write a state and its digest. Raises TrainingError, or RuntimeError as torch does.

    A kill between the two leaves a state whose digest does not fit, which `read` refuses.
    """
    with atomic_file(path, parents=True, error_type=TrainingError) as part:
        torch.save(state, part)
        digest = file_digest(part, error_type=TrainingError)
    write_text(_digest_file(path), json.dumps({"sha256": digest}), error_type=TrainingError)


def read(path: Path) -> Any:
    """Read a state. Raises ValueError where its digest is missing or does not fit."""
    try:
        known = json.loads(_digest_file(path).read_text(encoding="utf-8"))["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError("its digest cannot be read") from error
    if file_digest(path, error_type=TrainingError) != known:
        raise ValueError("its digest does not fit")
    return torch.load(path, weights_only=True, map_location="cpu")


def _digest_file(path: Path) -> Path:
    return path.with_suffix(".json")


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
