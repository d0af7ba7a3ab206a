"""The model that ships with the package, and which one answers where none is named."""

import os
from pathlib import Path

SMALL = "small"
VARIABLE = "MULLAMA_MODEL"
"""Names another model to answer where none is named."""


def shipped_folder(name: str | Path) -> Path | None:
    """The folder of the model that ships; None for any other name."""
    return Path(__file__).parents[1] / "weights" / SMALL if str(name) == SMALL else None


def default_model() -> str:
    """What answers where no model is named."""
    return os.environ.get(VARIABLE) or SMALL


def model_name(name: str | Path | None) -> str:
    """What answers and records call a model."""
    return default_model() if name is None else str(name)
