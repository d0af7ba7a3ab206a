"""The models that ship with the package, and which one answers where none is named."""

import os
from pathlib import Path

SMALL = "small"
ENGLISH = "english"
"""An adapter alone; its language model comes in a package of its own (find_base.py)."""
VARIABLE = "MULLAMA_MODEL"
"""Names another model to answer where none is named."""


def shipped_folder(name: str | Path) -> Path | None:
    """The folder of a model that ships; None for any other name."""
    shipped = str(name) in (SMALL, ENGLISH)
    return Path(__file__).parents[1] / "weights" / str(name) if shipped else None


def default_model() -> str:
    """What answers where no model is named."""
    return os.environ.get(VARIABLE) or SMALL


def model_name(name: str | Path | None) -> str:
    """What answers and records call a model."""
    return default_model() if name is None else str(name)
