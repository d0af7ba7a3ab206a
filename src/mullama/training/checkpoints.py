"""A run's state becomes checkpoint files, so that nothing but the last minute can be lost.

Each is written beside the others, checked by its digest when it is read, and a damaged one is passed
over for the one before. Does not know what is in a state.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from mullama.errors import MuLlamaError

FOLDER = "checkpoints"
KEPT = 2
"""Checkpoints that stay: the last one, and one in case it is damaged."""


class TrainingError(MuLlamaError):
    """A training that cannot go on; its last checkpoint is good."""


class CheckpointManager:
    """The checkpoints of one run."""

    def __init__(self, folder: Path, report: Callable[[str], None] = print) -> None:
        self.folder = folder / FOLDER
        self.report = report

    def save(self, step: int, phase: int, state: dict[str, Any]) -> None:
        """Write a state whole or not at all, then let the oldest go.

        Raises TrainingError where the disk is full or cannot be written.
        """
        path = self.folder / f"step-{step:09d}-{phase:03d}.pt"
        if not path.with_suffix(".json").exists():  # else this very state is there
            self._write(path, state)
        for old in self._paths()[:-KEPT]:
            old.unlink()
            old.with_suffix(".json").unlink(missing_ok=True)

    def load(self, *, clear: bool = False) -> dict[str, Any] | None:
        """The newest state that is whole; None without any.

        With `clear`, damaged ones and what a kill left half written are put out of the way.
        """
        found = None
        for path in reversed(self._paths()):
            if (found := self._read(path)) is not None:
                break
            if clear:
                with contextlib.suppress(OSError):
                    path.replace(path.with_suffix(".damaged"))
        for part in self.folder.glob("*.part") if clear else ():
            with contextlib.suppress(OSError):
                part.unlink()
        return found

    def save_best(self, phase: int, state: dict[str, Any]) -> None:
        """Keep the weights with the lowest loss so far. Raises TrainingError as `save` does."""
        self._write(self.folder / f"best-{phase:03d}.pt", state)

    def load_best(self, phase: int) -> dict[str, Any] | None:
        """What `save_best` kept; None where it is gone or damaged."""
        return self._read(self.folder / f"best-{phase:03d}.pt")

    def _write(self, path: Path, state: dict[str, Any]) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write(path, state)
        except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError
            with contextlib.suppress(OSError):
                path.with_suffix(".part").unlink()
            good = self._paths()
            kept = f"{good[-1].name} is the last good one" if good else "there is none yet"
            raise TrainingError(
                f"cannot write the checkpoint {path} ({_first_line(error)}); {kept}: free some "
                "space and run the same command again"
            ) from error

    def _read(self, path: Path) -> dict[str, Any] | None:
        try:
            state: dict[str, Any] = read(path)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, EOFError) as error:
            self.report(f"{path} is damaged ({_first_line(error)}): going back to the one before")
            return None
        return state

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("step-*.pt"))


def write(path: Path, state: Any) -> None:
    """Write a state and its digest."""
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    digest = path.with_suffix(".digest.part")
    with digest.open("w") as file:
        file.write(json.dumps({"sha256": _digest(part)}))
        file.flush()
        os.fsync(file.fileno())
    digest.replace(path.with_suffix(".json"))
    part.replace(path)


def read(path: Path) -> Any:
    """Read a state; raises ValueError where its digest does not fit."""
    known = json.loads(path.with_suffix(".json").read_text())["sha256"]
    if _digest(path) != known:
        raise ValueError("its digest does not fit")
    return torch.load(path, weights_only=True, map_location="cpu")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
