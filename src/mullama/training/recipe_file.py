"""A YAML file becomes a Recipe, through `extends` and `--set`. Does not know what the values mean.

Unknown keys are refused, with the nearest known name, because a misspelt option that is silently
dropped costs a whole training run; those of version 0.2.0 with the name that they have now.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.options import from_mapping
from mullama.options.yaml_file import read_yaml
from mullama.training.recipe import Recipe

MAX_EXTENDED = 8
"""Longest chain of recipes that extend each other."""
RENAMED_KEYS = {"longest": "max_length"}
RENAMED_VALUES = {"objective": {"carry": "align"}, "teacher": {"heads": "probes"}}
RENAMED_PARAMETERS = {"heads.": "probes."}
"""What version 0.2.0 said of a phase -> what it is called now; parameters by the beginnings of their names."""


def load_recipe(path: Path | str, changes: Sequence[str] = ()) -> Recipe:
    """Read a recipe, and change what `key=value` lines say ("phases.answer.steps=10").

    Raises UsageError for a file that cannot be read, an unknown or missing key, a value of the wrong
    kind, or parts that do not fit together.
    """
    stored = _extended(Path(path), MAX_EXTENDED)
    for change in changes:
        _change(stored, change)
    _refuse_old_names(stored, str(path))
    return from_mapping(Recipe, stored, str(path))


def _refuse_old_names(stored: dict[str, Any], where: str) -> None:
    phases = stored.get("phases")
    for number, phase in enumerate(phases if isinstance(phases, list) else ()):
        if isinstance(phase, dict):
            _refuse_old_names_of_phase(phase, f"{where}: phases[{number}]")


def _refuse_old_names_of_phase(phase: dict[str, Any], where: str) -> None:
    for old, new in RENAMED_KEYS.items():
        if old in phase:
            raise UsageError(f"{where}: {old} is called {new} now")
    for key, names in RENAMED_VALUES.items():
        value = phase.get(key)
        if isinstance(value, str) and value in names:
            raise UsageError(f"{where}: {key} {value} is called {names[value]} now")
    trains = phase.get("trains")
    for word in trains if isinstance(trains, list) else ():
        for old, new in RENAMED_PARAMETERS.items():
            if isinstance(word, str) and word.startswith(old):
                now = new + word.removeprefix(old)
                raise UsageError(f"{where}: trains {word!r} is called {now!r} now")


def _extended(path: Path, limit: int) -> dict[str, Any]:
    """What a file says on top of what the file says that it extends."""
    stored = read_yaml(path)
    base = stored.pop("extends", None)
    if base is None:
        return stored
    if not limit:
        raise UsageError(f"{path}: recipes extend each other more than {MAX_EXTENDED} times")
    return _merged(_extended(path.parent / str(base), limit - 1), stored)


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
    """Whether it is a list of mappings that each have a name."""
    return isinstance(value, list) and all(
        isinstance(item, dict) and isinstance(item.get("name"), str) for item in value
    )


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
    except (ValueError, RecursionError, yaml.YAMLError) as error:
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
