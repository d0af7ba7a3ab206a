"""A dataclass -> its options: name, type, bounds, default and meaning of each field.

The docstring below a field is read from the source of its class, since Python does not store it.
Does not judge values (values.py).
"""

import ast
import dataclasses
import inspect
import math
import textwrap
import types
from dataclasses import MISSING, dataclass
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints


@dataclass(frozen=True)
class Bounds:
    """The smallest and the largest value of a number; both are allowed.

    Beside a tuple they hold for each of its items. NaN and infinity are never allowed.
    """

    low: float
    high: float = math.inf

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high and number != math.inf

    def __str__(self) -> str:
        if self.high == math.inf:
            return f">= {number_text(self.low)}"
        return f"from {number_text(self.low)} to {number_text(self.high)}"


@dataclass(frozen=True)
class Flag:
    """How an option looks on the command line, where its name and type do not say it."""

    metavar: str
    """What stands for its value, such as DIR."""
    short: str | None = None
    """A one-letter flag beside the long one, such as -q."""


@dataclass(frozen=True)
class Option:
    """One field of a dataclass as its user sees it."""

    name: str
    hint: Any
    """Its annotation, with `Annotated` and what that holds."""
    doc: str
    """The docstring below it on one line; empty where there is none."""
    default: Any = MISSING
    """MISSING where a value must be given."""

    @property
    def flag(self) -> str:
        """Its name on the command line, such as --top-p."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def required(self) -> bool:
        """Whether there is no default."""
        return self.default is MISSING


def options_of(kind: Any) -> dict[str, Option]:
    """Name -> option, for each field of the dataclass `kind` that its constructor takes."""
    return _options_of(kind)


@cache
def _options_of(kind: Any) -> dict[str, Option]:
    hints = get_type_hints(kind, include_extras=True)
    docs: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        docs |= _field_docs(base)
    return {
        field.name: Option(field.name, hints[field.name], docs.get(field.name, ""), _default(field))
        for field in dataclasses.fields(kind)
        if field.init
    }


def unwrap(hint: Any, bounds: Bounds | None = None) -> tuple[Any, Bounds | None]:
    """An annotation without its `Annotated`, and the bounds that hold for it.

    `bounds` are those of what is around it; its own come first.
    """
    if get_origin(hint) is not Annotated:
        return hint, bounds
    inner, *extras = get_args(hint)
    own = next((extra for extra in extras if isinstance(extra, Bounds)), bounds)
    return unwrap(inner, own)


def alternatives(hint: Any) -> tuple[list[Any], bool]:
    """The members of a union without None (any other type: itself), and whether None is one."""
    if get_origin(hint) not in (Union, types.UnionType):
        return [hint], hint is type(None)
    members = [member for member in get_args(hint) if member is not type(None)]
    return members, len(members) < len(get_args(hint))


def flag_of(hint: Any) -> Flag | None:
    """What an annotation says of the flag, around or inside a union or a tuple."""
    for part in getattr(hint, "__metadata__", ()):
        if isinstance(part, Flag):
            return part
    parts = get_args(hint) if get_origin(hint) is not Annotated else get_args(hint)[:1]
    return next((found for part in parts if (found := flag_of(part))), None)


def number_text(number: float) -> str:
    """A number as help and errors show it: 0.5, 1, 9223372036854775807."""
    return str(number) if isinstance(number, int) else f"{number:g}"


def _default(field: "dataclasses.Field[Any]") -> Any:
    if field.default_factory is not MISSING:
        return field.default_factory()
    return field.default


def _field_docs(kind: type) -> dict[str, str]:
    """Field -> the docstring below it; nothing for a class without source, such as a built-in."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError):
        return {}
    (definition,) = tree.body
    docs = {}
    for field, below in pairwise(getattr(definition, "body", [])):
        match field, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                docs[name] = " ".join(text.split())
    return docs
