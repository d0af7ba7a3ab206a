"""Hostile versions of good files: one value of a JSON file changed, or a few bytes; and how that ends."""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from mullama.errors import CheckpointError, UsageError

VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "text": "x/y",
    "long": "x" * 100_000,
    "zero": 0,
    "one": 1,
    "negative": -1,
    "half": 0.5,
    "large": 50_000,
    "huge": 10**12,
    "absurd": 10**40,
    "tiny": 1e-300,
    "infinite": float("inf"),
    "list": [1, "a", None],
    "lists": [[[[]]]] * 3,
    "numbers": list(range(1, 2000)),
    "object": {"a": {"b": 1}},
}
"""What each value of a file is replaced by."""
NESTED = "[" * 20_000 + "]" * 20_000


def mutated_json(text: str) -> Iterator[tuple[str, str]]:
    """(what was changed, the file) for each value of a JSON object, to any depth, each way."""
    good = json.loads(text)
    for path in _paths(good):
        name = ".".join(map(str, path))
        yield f"{name} removed", _without(good, path)
        for kind, value in VALUES.items():
            yield f"{name} {kind}", _with(good, path, value)
        yield f"{name} nested", _with(good, path, "@").replace('"@"', NESTED)
    for broken in ("", "{", "[]", "null", NESTED, '{"a":' * 5000, "\ufeff{}", "\0"):
        yield f"{broken[:9]!r} in its place", broken


def mutated_bytes(data: bytes, count: int, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """`count` times the file with a few bytes changed, a piece lost or doubled, or its end cut off."""
    chosen = random.Random(seed)
    for number in range(count):
        changed = bytearray(data)
        at, length = chosen.randrange(len(data)), chosen.randrange(1, 64)
        match number % 4:
            case 0:
                for _ in range(chosen.randrange(1, 8)):
                    changed[chosen.randrange(len(data))] = chosen.randrange(256)
            case 1:
                del changed[at : at + length]
            case 2:
                changed[at:at] = changed[at : at + length]
            case 3:
                del changed[at:]
        yield f"bytes {number}", bytes(changed)


def outcome(action: Callable[[], object]) -> str:
    """ "read", "refused" (by one line), or the text of a refusal that is none."""
    try:
        action()
    except (CheckpointError, UsageError) as error:
        return str(error) if "\n" in str(error) or not str(error) else "refused"
    return "read"


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where each value is; of long lists and objects the first items alone."""
    keys = list(value)[:200] if isinstance(value, dict) else range(min(len(value), 2))
    for key in keys:
        yield (*path, key)
        if isinstance(value[key], dict | list):
            yield from _paths(value[key], (*path, key))


def _with(good: Any, path: tuple[Any, ...], value: Any) -> str:
    changed = copy.deepcopy(good)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return json.dumps(changed)


def _without(good: Any, path: tuple[Any, ...]) -> str:
    changed = copy.deepcopy(good)
    inner = changed
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return json.dumps(changed)
