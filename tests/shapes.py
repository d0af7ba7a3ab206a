"""While tests run, every array is held against the shape and the kind of number in its annotation.

Only these: other types are mypy's work, and what a person hands in wrong is refused in our own words,
which other tests read. Imported first by conftest.py, since modules are changed while they are imported.
"""

from collections.abc import Callable
from typing import Any, get_args

import jaxtyping
from beartype import beartype

COMPILED = {"mullama.answer.lora"}
"""torch.compile takes these as one graph, which a check would break."""

_jaxtyped = jaxtyping.jaxtyped


def has_shape(hint: Any) -> bool:
    """Whether jaxtyping has a say in an annotation, or in a part of it."""
    if isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return any(map(has_shape, get_args(hint)))


def check_shapes(function: Callable[..., Any]) -> Callable[..., Any]:
    """jaxtyping's type checker: beartype, for the annotations that name a shape."""
    hints = function.__annotations__
    function.__annotations__ = {name: hint for name, hint in hints.items() if has_shape(hint)}
    return beartype(function)


def jaxtyped_where_shaped(*, typechecker: Any) -> Callable[[Any], Any]:
    """What the import hook puts on functions and classes; those without a shape cost nothing."""

    def decorate(target: Any) -> Any:
        hints = getattr(target, "__annotations__", {})
        if target.__module__ in COMPILED or not any(map(has_shape, hints.values())):
            return target
        return _jaxtyped(target, typechecker=typechecker)

    return decorate


jaxtyping.jaxtyped = jaxtyped_where_shaped
jaxtyping.install_import_hook("mullama", f"{__name__}.check_shapes")
