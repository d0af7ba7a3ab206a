"""Figures of a run become curves in TensorBoard or Weights & Biases, where those are asked for."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from mullama.errors import MissingExtraError, UsageError
from mullama.jobs.digest import bytes_digest


class Board(Protocol):
    """A place where curves are shown."""

    def add(self, total_step: int, phase: str, values: Mapping[str, float]) -> None:
        """Show the values of a step that counts over all phases."""
        ...

    def flush(self) -> None:
        """Bring everything out."""
        ...


class TensorBoard:
    """TensorBoard's files."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def add(self, total_step: int, phase: str, values: Mapping[str, float]) -> None:
        """See Board."""
        for key, value in values.items():
            self._writer.add_scalar(f"{phase}/{key}", value, total_step)

    def flush(self) -> None:
        """See Board."""
        self._writer.flush()


class WeightsAndBiases:
    """A run of a project of Weights & Biases."""

    def __init__(self, run: Any) -> None:
        self._run = run

    def add(self, total_step: int, phase: str, values: Mapping[str, float]) -> None:
        """See Board."""
        self._run.log(dict(values), step=total_step)

    def flush(self) -> None:
        """See Board; it sends by itself."""


def open_tensorboard(run_folder: Path) -> Board:
    """Write to `tensorboard/` in the run's folder. Raises MissingExtraError without the library."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise MissingExtraError("tensorboard", "train", "--tensorboard") from error
    return TensorBoard(SummaryWriter(str(run_folder / "tensorboard")))


def open_wandb(project: str, run_folder: Path) -> Board:
    """Go on with the run of that folder, or begin it. Raises UsageError without the library."""
    try:
        import wandb
    except ImportError as error:
        raise UsageError(
            "--wandb needs wandb, which is not installed: pip install wandb"
        ) from error
    known = bytes_digest(str(run_folder.resolve()).encode())[:16]
    run = wandb.init(
        project=project, id=known, name=run_folder.name, dir=str(run_folder), resume="allow"
    )
    return WeightsAndBiases(run)
