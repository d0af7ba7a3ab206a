"""A value from outside -> the value of an option, or one line that says what was expected.

The same for the command line, YAML, JSON and Python. Text that reads as a number becomes a float,
because YAML takes 1e-4 for text; nothing else is guessed: True is no int, 1.5 is no int.
"""

import dataclasses
import math
import sys
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from os import PathLike
from pathlib import Path
from reprlib import Repr
from typing import Any, Literal, TypeVar, get_args, get_origin

from mullama.errors import UsageError
from mullama.nearest import did_you_mean
from mullama.options.declare import Bounds, alternatives, options_of, unwrap

T = TypeVar("T")
INT64 = Bounds(-(2**63), 2**63 - 1)
"""Of an int without bounds: what fits into a tensor."""
FINITE = Bounds(-sys.float_info.max)
"""Of a float without bounds."""
MAX_SHOWN = 80
"""Characters of a refused value that an error shows."""


class Options:
    """Base of a dataclass whose values are checked when it is made, by whomever."""

    def __post_init__(self) -> None:
        check(self)


def check(instance: Any) -> None:
    """Refuse a dataclass with a value that does not fit its field; called by `__post_init__`.

    A value of another type that means the same is replaced: 1 by 1.0 in a float, a list by a tuple,
    text by a Path. Raises UsageError.
    """
    for name, option in options_of(type(instance)).items():
        # The only way to set a field of a frozen dataclass.
        object.__setattr__(instance, name, fit(option.hint, getattr(instance, name), name))


def from_mapping(kind: type[T], stored: Any, where: str = "") -> T:
    """A dataclass from plain keys and values, as YAML and JSON hold them, to any depth.

    `where` begins every error, such as the name of a file. Raises UsageError for an unknown or
    missing key and for a value that does not fit, naming its place.
    """
    values = given(kind, stored, where)
    for name, option in options_of(kind).items():
        if option.required and name not in values:
            raise UsageError(f"{_inside(where)}missing key {name!r}")
    return kind(**values)


def given(kind: Any, stored: Any, where: str = "") -> dict[str, Any]:
    """The checked values of those options that `stored` has; for defaults that lie elsewhere.

    As `from_mapping`, but no key is missing and no default is filled in.
    """
    options = options_of(kind)
    if not isinstance(stored, Mapping):
        raise UsageError(f"{_inside(where)}expected keys and values, got {shown(stored)}")
    for key in stored:
        if key not in options:
            hint = did_you_mean(key, options) or f"; known: {', '.join(options)}"
            raise UsageError(f"{_inside(where)}unknown key {shown(key)}{hint}")
    return {
        key: fit(options[key].hint, value, f"{_inside(where)}{key}")
        for key, value in stored.items()
    }


def fit(hint: Any, value: Any, place: str, bounds: Bounds | None = None) -> Any:
    """`value` as the annotation `hint` wants it; raises UsageError that begins with `place`."""
    hint, bounds = unwrap(hint, bounds)
    members, nullable = alternatives(hint)
    if value is None and nullable:
        return None
    if len(members) == 1:
        return _fit_one(*unwrap(members[0], bounds), value, place)
    for member in members:
        try:
            return fit(member, value, place, bounds)
        except UsageError:
            continue
    raise _refusal(hint, bounds, value, place)


def _fit_one(hint: Any, bounds: Bounds | None, value: Any, place: str) -> Any:
    """`fit` for what is no union."""
    origin, parts = get_origin(hint), get_args(hint)
    if hint is Any:
        return value
    if hint in _SCALARS:
        try:
            return _SCALARS[hint](value, bounds)
        except (TypeError, ValueError, OverflowError):
            raise _refusal(hint, bounds, value, place) from None
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return value if isinstance(value, hint) else from_mapping(hint, value, place)
    if origin is Literal:
        for part in parts:
            if type(value) is type(part) and value == part:
                return part
    elif origin in (tuple, frozenset) and isinstance(value, (list, tuple, set, frozenset)):
        return origin(fit(parts[0], v, f"{place}[{i}]", bounds) for i, v in enumerate(value))
    elif (hint is dict or origin is dict) and isinstance(value, Mapping):
        inner = parts[1] if parts else Any
        return {str(key): fit(inner, v, f"{place}: {key}", bounds) for key, v in value.items()}
    raise _refusal(hint, bounds, value, place)


def _bool(value: Any, _: Bounds | None) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _int(value: Any, bounds: Bounds | None) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError
    if int(value) not in (bounds or INT64):
        raise ValueError
    return int(value)


def _float(value: Any, bounds: Bounds | None) -> float:
    if isinstance(value, bool) or not isinstance(value, (Real, str)):
        raise TypeError
    number = float(value)
    if number not in (bounds or FINITE):
        raise ValueError
    return number


def _str(value: Any, _: Bounds | None) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _path(value: Any, _: Bounds | None) -> Path:
    if not isinstance(value, (str, PathLike)):
        raise TypeError
    # An empty path would mean the current folder, and no file name holds a zero.
    if not str(value) or "\0" in str(value):
        raise ValueError
    return Path(value)


_SCALARS: dict[Any, Callable[[Any, Bounds | None], Any]] = {
    bool: _bool,
    int: _int,
    float: _float,
    str: _str,
    Path: _path,
}
"""Type -> what makes a value of it, or raises."""


def expected(hint: Any, bounds: Bounds | None = None) -> str:
    """What an error says that an annotation wants."""
    hint, bounds = unwrap(hint, bounds)
    members, _ = alternatives(hint)
    if len(members) > 1:
        return " or ".join(expected(member, bounds) for member in members)
    hint, bounds = unwrap(members[0], bounds)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(map(repr, parts))
    if origin in (tuple, frozenset):
        return f"list of {expected(parts[0], bounds)}"
    if hint is int or hint is float:
        # "float >= 0, got inf" would puzzle.
        finite = "finite " if hint is float and (bounds is None or bounds.high == math.inf) else ""
        return f"{finite}{hint.__name__} {bounds}" if bounds else f"{finite}{hint.__name__}"
    if hint is dict or origin is dict or dataclasses.is_dataclass(hint):
        return "keys and values"
    names = {bool: "true or false", str: "str", Path: "path"}
    if hint not in names:
        raise TypeError(f"no option can be of type {hint}")
    return names[hint]


_REPR = Repr()
"""Cuts what is long or deep before it writes it: lists of lists, named again and again, have no end."""
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 10 * MAX_SHOWN
_REPR.maxlist = _REPR.maxtuple = _REPR.maxdict = MAX_SHOWN // 4
_REPR.maxlevel = 3


def shown(value: Any) -> str:
    """A refused value on one line, shortened."""
    try:
        text = _REPR.repr(value)
    except ValueError:  # Python refuses to print an int of very many digits
        return "an int of very many digits"
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."


def _refusal(hint: Any, bounds: Bounds | None, value: Any, place: str) -> UsageError:
    near = ""
    if get_origin(hint) is Literal and isinstance(value, str):
        near = did_you_mean(value, map(str, get_args(hint)))
    return UsageError(f"{place}: expected {expected(hint, bounds)}, got {shown(value)}{near}")


def _inside(where: str) -> str:
    return f"{where}: " if where else ""
