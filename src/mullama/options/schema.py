"""A dataclass of options -> a JSON schema (draft 2020-12): the fields of a request, sliders of a page."""

import dataclasses
import inspect
import math
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from mullama.options.declare import Bounds, Option, alternatives, options_of, unwrap

TYPES = {bool: "boolean", int: "integer", float: "number", str: "string", Path: "string"}


def schema(kind: Any) -> dict[str, Any]:
    """What `from_mapping(kind, ...)` accepts, with every option's meaning, bounds and default.

    What the option's default is when it lies elsewhere, such as with a model, is the caller's to say.
    """
    options = options_of(kind)
    return {
        "title": kind.__name__,
        "description": inspect.getdoc(kind) or "",
        "type": "object",
        "properties": {name: _property(option) for name, option in options.items()},
        "required": [name for name, option in options.items() if option.required],
        "additionalProperties": False,
    }


def _property(option: Option) -> dict[str, Any]:
    found = {**_type(option.hint), "description": option.doc}
    return found if option.required else {**found, "default": _plain(option.default)}


def _type(hint: Any, bounds: Bounds | None = None) -> dict[str, Any]:
    """An annotation as JSON schema."""
    hint, bounds = unwrap(hint, bounds)
    members, nullable = alternatives(hint)
    if nullable or len(members) > 1:
        kinds = [_type(member, bounds) for member in members]
        return {"anyOf": [*kinds, {"type": "null"}] if nullable else kinds}
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (tuple, frozenset):
        return {"type": "array", "items": _type(parts[0], bounds)}
    if hint is dict or origin is dict:
        return {"type": "object", "additionalProperties": _type(parts[1]) if parts else {}}
    if dataclasses.is_dataclass(hint):
        return schema(hint)
    if hint is Any:
        return {}
    return {"type": TYPES[hint], **(_limits(bounds) if hint in (int, float) else {})}


def _limits(bounds: Bounds | None) -> dict[str, float]:
    if bounds is None:
        return {}
    high = {} if bounds.high == math.inf else {"maximum": bounds.high}
    return {"minimum": bounds.low, **high}


def _plain(value: Any) -> Any:
    """A default as JSON holds it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(map(_plain, value))
    return str(value) if isinstance(value, Path) else value
