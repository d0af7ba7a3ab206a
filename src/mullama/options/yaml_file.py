"""A YAML file that people write -> plain keys and values. Does not know what they mean."""

from pathlib import Path
from typing import Any

from mullama.errors import UsageError


def read_yaml(path: Path, what: str = "recipe") -> dict[str, Any]:
    """What the file says; raises UsageError for what cannot be read, and for no keys and values."""
    import yaml

    try:
        stored = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"cannot read {what} {path}: {reason}") from error
    if not isinstance(stored, dict):
        raise UsageError(f"{path}: expected keys and values, got {stored!r:.80}")
    return stored
