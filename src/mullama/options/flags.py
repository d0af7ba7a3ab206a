"""A dataclass of options <-> the flags of a command.

A flag that is not given leaves nothing behind, so that a default stands in the dataclass alone, or
with a model. Values are judged when the dataclass is made of them, in one line that names the flag;
argparse only splits the words.
"""

import argparse
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin

from mullama.options.declare import Option, alternatives, flag_of, number_text, options_of, unwrap
from mullama.options.values import fit

T = TypeVar("T")
METAVARS = {int: "N", float: "X", str: "TEXT", Path: "PATH"}


def add_flags(
    parser: "argparse.ArgumentParser | argparse._ArgumentGroup",
    kind: Any,
    *,
    group: str | None = None,
    without: Collection[str] = (),
    defaults_stored: bool = False,
) -> None:
    """Add a flag for every field of `kind` but those in `without`, under the title `group`.

    A tuple's flag is repeatable; a bool that is true by default has --x and --no-x. With
    `defaults_stored` the defaults come from elsewhere, such as a model: help names none, no flag is
    required, and `given_flags` reads what was given. Raises TypeError for a field that is itself a
    dataclass or a dict, which no flag can express.
    """
    place = parser.add_argument_group(group) if group else parser
    for option in options_of(kind).values():
        if option.name not in without:
            flag = flag_of(option.hint)
            names = [flag.short, option.flag] if flag and flag.short else [option.flag]
            place.add_argument(*names, **_arguments(option, defaults_stored))


def given_flags(kind: Any, arguments: argparse.Namespace) -> dict[str, Any]:
    """Option -> checked value, for those that were given on the command line.

    An argument of the same name that was added by hand, such as a positional one, counts too.
    Raises UsageError.
    """
    return {
        name: fit(option.hint, getattr(arguments, name), option.flag)
        for name, option in options_of(kind).items()
        if hasattr(arguments, name)
    }


def from_flags(kind: type[T], arguments: argparse.Namespace, **others: Any) -> T:
    """The dataclass that a command line asks for; `others` are fields that have no flag.

    Raises UsageError.
    """
    return kind(**given_flags(kind, arguments), **others)


def _arguments(option: Option, defaults_stored: bool) -> dict[str, Any]:
    """What `add_argument` is told of an option."""
    common = {
        "dest": option.name,
        "default": argparse.SUPPRESS,
        "help": _help(option, defaults_stored).replace("%", "%%"),
        "required": option.required and not defaults_stored,
    }
    kinds = _scalars(option.hint)
    if kinds == [bool]:
        off = option.default is False and not defaults_stored
        return {**common, "action": "store_true" if off else argparse.BooleanOptionalAction}
    repeatable = any(get_origin(unwrap(m)[0]) in (tuple, frozenset) for m in _members(option.hint))
    flag = flag_of(option.hint)
    return {
        **common,
        "action": "append" if repeatable else "store",
        "type": _reader(kinds),
        "metavar": flag.metavar if flag else "|".join(map(_metavar, kinds)),
    }


def _members(hint: Any) -> list[Any]:
    return alternatives(unwrap(hint)[0])[0]


def _scalars(hint: Any) -> list[Any]:
    """The types that one word on the command line may have; a tuple's are those of its items."""
    found = []
    for member in _members(hint):
        kind = unwrap(member)[0]
        if get_origin(kind) in (tuple, frozenset):
            found += _scalars(get_args(kind)[0])
        elif kind in METAVARS or kind is bool or get_origin(kind) is Literal:
            found.append(kind)
        else:
            raise TypeError(f"no flag can express {kind}: leave the field out by its name")
    return found


def _reader(kinds: list[Any]) -> Callable[[str], Any]:
    """Text -> a value of one of these types, or the text itself, which is refused later."""

    def read(text: str) -> Any:
        for kind in kinds:
            if get_origin(kind) is Literal:
                if found := [part for part in get_args(kind) if str(part) == text]:
                    return found[0]
            elif kind in (int, float):
                try:
                    return kind(text)
                except ValueError:
                    continue
        return text

    return read


def _metavar(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return f"{{{','.join(map(str, get_args(kind)))}}}"
    return METAVARS[kind]


def _help(option: Option, defaults_stored: bool) -> str:
    """The docstring, with the default behind it where there is one that the text does not name."""
    text = option.doc.removesuffix(".")
    default = option.default
    silent = default is None or default is False or default == () or default == frozenset()
    if option.required or defaults_stored or silent or "(default:" in text:
        return text
    if default is True:
        default = "yes"
    elif isinstance(default, (int, float)):
        default = number_text(default)
    elif isinstance(default, (tuple, frozenset)):
        default = ", ".join(map(str, default))
    return f"{text} (default: {default})".lstrip()
