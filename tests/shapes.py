"""While tests run, every array is held against the shape and the kind of number in its annotation.

Only these: other types are mypy's work, and what a person hands in wrong is refused in our own words,
which other tests read. Imported first by conftest.py, since modules are changed while they are imported.
"""

from collections.abc import Callable
from typing import Any, get_args

from beartype import beartype
from jaxtyping import AbstractArray, install_import_hook

from paths import ROOT

ROOMS = ["adapt", "evaluation", "listen", "model", "song", "studio.sound", "training"]
"""Where shapes are named; and `answer`, but for COMPILED."""
COMPILED = {"llama", "lora"}
"""Of `answer`: torch.compile takes these as one graph, which a check would break."""


def has_shape(hint: Any) -> bool:
    """Whether jaxtyping has a say in an annotation, or in a part of it."""
    if isinstance(hint, type) and issubclass(hint, AbstractArray):
        return True
    return any(map(has_shape, get_args(hint)))


def check_shapes(function: Callable[..., Any]) -> Callable[..., Any]:
    """jaxtyping's type checker: beartype, for the annotations that name a shape."""
    hints = function.__annotations__
    function.__annotations__ = {name: hint for name, hint in hints.items() if has_shape(hint)}
    return beartype(function)


def modules() -> list[str]:
    """What is checked: a module, or all of a folder."""
    answer = {path.stem for path in (ROOT / "src" / "mullama" / "answer").glob("*.py")}
    rooms = ROOMS + [f"answer.{name}" for name in sorted(answer - COMPILED - {"__init__"})]
    return [f"mullama.{room}" for room in rooms]


install_import_hook(modules(), f"{__name__}.check_shapes")
