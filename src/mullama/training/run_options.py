"""What a run is told beside its recipe: where things lie and how long to go on, not what to learn."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RunOptions:
    """Options of `mullama train`; each field is one of its flags."""

    data: Path | None = None
    """Folder of the recipe's data sets, or one file of pairs that stands for them."""
    audio: Path | None = None
    """Folder of all audio (default: what the recipe says, else beside the pairs)."""
    music: Path | None = None
    """Where rendered music is kept (default: inside the run's folder)."""
    store: Path | None = None
    """Where Listenings are kept (default: the cache)."""
    workers: int | None = None
    """Processes that render or hear music (default: one; beside a GPU, some threads)."""
    device: str | None = None
    """Where to compute, as in torch (default: a GPU where there is one)."""
    max_steps: int | None = None
    """Stop after so many steps; the same command goes on."""
    resume: bool = False
    """Refuse to begin anew: go on from a checkpoint, or say that there is none."""
    skip_missing: bool = False
    """Leave out pairs whose audio is missing or cannot be heard, instead of stopping."""
    tensorboard: bool = False
    """Write TensorBoard's files to the run's folder."""
    wandb: str | None = None
    """Log to this project of Weights & Biases."""

    def music_folder(self, run: Path) -> Path:
        """Where the rendered music of a run lies."""
        return self.music if self.music is not None else run / "music"
