"""What a run is told beside its recipe: where things lie and how long to go on, not what to learn."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from mullama.options import Bounds, Flag, Options


@dataclass(frozen=True)
class RunOptions(Options):
    """Options of `mullama train`; each field is one of its flags."""

    data: Path | None = None
    """Folder of the recipe's data sets, or one file of pairs that stands for them."""
    audio: Annotated[Path | None, Flag("ZIP|DIR")] = None
    """Folder or zip file of all audio (default: what the recipe says); beside the pairs as well."""
    music: Annotated[Path | None, Flag("DIR")] = None
    """Where rendered music lies (default: inside the run's folder)."""
    store: Annotated[Path | None, Flag("DIR")] = None
    """Where Listenings are cached (default: the user's cache)."""
    workers: Annotated[int | None, Bounds(1)] = None
    """Processes that render or encode music (default: one; beside a GPU, some threads)."""
    device: Annotated[str | None, Flag("NAME")] = None
    """Where to compute, such as cpu or cuda (default: a GPU where there is one)."""
    max_steps: Annotated[int | None, Bounds(0)] = None
    """Stop after so many steps; the same command goes on."""
    resume: bool = False
    """Refuse to begin anew: go on from a checkpoint, or say that there is none."""
    skip_missing: bool = False
    """Leave out pairs whose audio is missing or cannot be read, instead of stopping."""
    tensorboard: bool = False
    """Write TensorBoard's files to the run's folder."""
    wandb: Annotated[str | None, Flag("PROJECT")] = None
    """Log to this project of Weights & Biases."""

    def music_folder(self, run: Path) -> Path:
        """Where the rendered music of a run lies."""
        return self.music if self.music is not None else run / "music"
