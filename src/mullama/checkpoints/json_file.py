"""A JSON file from outside becomes a JSON object of bounded size, depth and numbers, or one line.

Configurations are read by transformers' classes, which recurse and copy: what they are given has
passed here. Does not know what the keys mean.
"""

import json
import math
from pathlib import Path
from typing import Any, NoReturn

from huggingface_hub.errors import StrictDataclassError

from mullama.errors import CheckpointError
from mullama.jobs.atomic_folder import human_size
from mullama.printable import printable

MAX_JSON_BYTES = 128 * 10**6
"""The largest published tokenizer.json has a quarter of that."""
MAX_DEPTH = 32
MAX_INTEGER = 2**100
"""What tokenizers' settings say for "no limit"."""
MAX_REASON = 300
"""Characters of another library's message that an error repeats."""
INVALID = (
    *(StrictDataclassError, TypeError, ValueError, LookupError, AttributeError, AssertionError),
    *(ArithmeticError, RuntimeError, MemoryError, ImportError),
)
"""What transformers and torch raise on configured values that cannot be."""


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object of a file. Raises CheckpointError for anything else, naming the file."""
    if not path.is_file():
        raise CheckpointError(
            f"{path} {'is no regular file' if path.exists() else 'does not exist'}"
        )
    try:
        if (size := path.stat().st_size) > MAX_JSON_BYTES:
            raise CheckpointError(f"{path} has {human_size(size)}, which is too large for JSON")
        found = json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)
        _check(found)
    except (OSError, ValueError, RecursionError, MemoryError) as cause:
        raise CheckpointError(f"{path} cannot be read as JSON: {reason(cause)}") from cause
    if not isinstance(found, dict):
        raise CheckpointError(f"{path} should hold a JSON object")
    return found


def invalid_config(path: Path, cause: BaseException) -> CheckpointError:
    """One line for a configuration that its own class refuses, for one of `INVALID`."""
    return CheckpointError(f"{path} is invalid: {reason(cause)}")


def reason(cause: BaseException) -> str:
    """The last line of another library's message, shortened; its kind where it says nothing."""
    lines = [line.strip() for line in str(cause).splitlines() if line.strip()]
    text = printable(lines[-1]) if lines else type(cause).__name__
    return text if len(text) <= MAX_REASON else f"{text[:MAX_REASON]}..."


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _check(value: Any, depth: int = 0) -> None:
    """Raise ValueError for what is nested too deeply, and for numbers that are infinite or absurd."""
    if depth > MAX_DEPTH:
        raise ValueError(f"it is nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            if type(inner) is not str:  # a tokenizer holds a hundred thousand of them
                _check(inner, depth + 1)
    elif isinstance(value, float) and not math.isfinite(value):
        raise ValueError("it holds an infinite number")
    elif isinstance(value, int) and abs(value) > MAX_INTEGER:
        raise ValueError("it holds a number of more than 30 digits")
