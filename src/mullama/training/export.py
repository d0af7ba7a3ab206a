"""A run's folder for the model as it is: it changes at once, or stays as it was."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from torch import Tensor

from mullama.checkpoints.model_folder import is_model_folder
from mullama.errors import CheckpointError
from mullama.jobs.atomic_folder import atomic_folder
from mullama.training.checkpoints import TrainingError


@contextmanager
def export_folder(folder: Path, tensors: Mapping[str, Tensor]) -> Iterator[Path]:
    """An empty folder to write these tensors and the rest of a model to; it takes `folder`'s place.

    Only a model's folder is replaced. Raises TrainingError for a full disk.
    """
    size = sum(tensor.nbytes for tensor in tensors.values())
    try:
        with atomic_folder(
            folder,
            is_ours=is_model_folder,
            ours="a model of ours",
            overwrite=True,
            needed_bytes=size,
            error_type=CheckpointError,
        ) as part:
            yield part
    except (OSError, CheckpointError) as error:
        raise TrainingError(
            f"cannot write the model to {folder} ({error}); the checkpoints are good: free some space "
            "and run the same command again"
        ) from error
