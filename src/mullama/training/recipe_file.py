"""A YAML file becomes a Recipe, through `extends` and `--set`.

Unknown keys are refused, with the nearest known name, because a misspelt option that is silently
dropped costs a whole training run. Does not know what the values mean.
"""

import dataclasses
import difflib
import types
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from mullama.errors import UsageError
from mullama.training.recipe import Recipe

MAX_EXTENDED = 8
"""Longest chain of recipes that extend each other."""


def load_recipe(path: Path | str, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe, and change what `key=value` lines say ("phases.answer.steps=10").

    Raises UsageError for a file that cannot be read, an unknown or missing key, a value of the wrong
    kind, or parts that do not fit together.
    """
    stored = _extended(Path(path), MAX_EXTENDED)
    for change in changes:
        _change(stored, change)
    recipe = build(Recipe, stored, str(path))
    recipe.check()
    return recipe


def _extended(path: Path, most: int) -> dict[str, Any]:
    """What a file says on top of what the file says that it extends."""
    import yaml

    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"cannot read recipe {path}: {error}") from error
    if not isinstance(stored, dict):
        raise UsageError(f"{path}: expected keys and values, got {stored!r}")
    base = stored.pop("extends", None)
    if base is None:
        return stored
    if not most:
        raise UsageError(f"{path}: recipes extend each other more than {MAX_EXTENDED} times")
    return _merged(_extended(path.parent / str(base), most - 1), stored)


def _merged(base: Any, over: Any) -> Any:
    """Mappings key by key; lists of named things by name; anything else is replaced."""
    if isinstance(base, dict) and isinstance(over, dict):
        common = {key: _merged(base[key], over[key]) for key in base.keys() & over.keys()}
        return {**base, **over, **common}
    if _named(base) and _named(over):
        found = {item["name"]: item for item in base}
        for item in over:
            found[item["name"]] = _merged(found.get(item["name"], {}), item)
        return list(found.values())
    return over


def _named(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(i, dict) and "name" in i for i in value)


def _change(stored: dict[str, Any], change: str) -> None:
    """Put the value of a `key=value` line in its place; list items go by name or number."""
    import yaml

    path, equals, text = change.partition("=")
    if not equals:
        raise UsageError(f"--set {change}: expected key=value")
    *outer, last = path.split(".")
    place: Any = stored
    for key in outer:
        place = _inside(place, key, change)
    if not isinstance(place, dict):
        raise UsageError(f"--set {change}: {'.'.join(outer)} has no keys")
    try:
        place[last] = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise UsageError(f"--set {change}: cannot read the value") from error


def _inside(place: Any, key: str, change: str) -> Any:
    if isinstance(place, dict):
        return place.setdefault(key, {})
    if isinstance(place, list):
        names = [item.get("name") if isinstance(item, dict) else None for item in place]
        if key in names:
            return place[names.index(key)]
        if key.isdecimal() and int(key) < len(place):
            return place[int(key)]
        raise UsageError(f"--set {change}: no {key!r} among {', '.join(map(str, names))}")
    raise UsageError(f"--set {change}: {key!r} is not in the recipe")


T = TypeVar("T")


def build(kind: type[T], stored: Any, where: str) -> T:
    """Make a dataclass from plain mappings and lists, naming the place of whatever does not fit."""
    if not isinstance(stored, dict):
        raise UsageError(f"{where}: expected keys and values, got {stored!r}")
    fields = {f.name: f for f in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for key in stored:
        if key not in fields:
            guess = difflib.get_close_matches(str(key), fields, n=1)
            hint = f"; did you mean {guess[0]!r}?" if guess else f"; known: {', '.join(fields)}"
            raise UsageError(f"{where}: unknown key {key!r}{hint}")
    needed = [
        name
        for name, f in fields.items()
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    ]
    if missing := [name for name in needed if name not in stored]:
        raise UsageError(f"{where}: missing key {missing[0]!r}")
    hints = typing.get_type_hints(kind)
    return kind(**{key: _value(hints[key], stored[key], f"{where}: {key}") for key in stored})


def _value(hint: Any, value: Any, where: str) -> Any:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, where)
    if origin is tuple and isinstance(value, list):
        return tuple(_value(parts[0], item, f"{where}[{i}]") for i, item in enumerate(value))
    if origin is Literal and value in parts:
        return value
    if origin in (typing.Union, types.UnionType):
        return None if value is None else _value(parts[0], value, where)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if hint is float and isinstance(value, str):
        # YAML reads 1e-4 as text, because it has no dot.
        try:
            return float(value)
        except ValueError:
            pass
    if hint is dict or origin is dict:
        hint = dict
    is_flag = isinstance(value, bool) and hint is not bool
    if isinstance(hint, type) and isinstance(value, hint) and not is_flag:
        return value
    wanted = " or ".join(map(repr, parts)) if origin is Literal else getattr(hint, "__name__", hint)
    raise UsageError(f"{where}: expected {wanted}, got {value!r}")
