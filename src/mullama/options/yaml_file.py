"""A YAML file that people write -> plain keys and values. Does not know what they mean."""

from collections.abc import Hashable
from functools import cache
from pathlib import Path
from typing import Any

from mullama.errors import UsageError
from mullama.jobs.small_text import read_small_text
from mullama.options.values import shown

MERGED = "tag:yaml.org,2002:merge"


def read_yaml(path: Path, what: str = "recipe") -> dict[str, Any]:
    """What the file says; raises UsageError for what cannot be read, and for no keys and values.

    A key that is there twice is refused: one of the two would be dropped without a word.
    """
    import yaml

    try:
        stored = yaml.load(read_small_text(path, what), _loader())
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise UsageError(f"cannot read {what} {path}: {reason}") from error
    if not isinstance(stored, dict):
        raise UsageError(f"{path}: expected keys and values, got {shown(stored)}")
    return stored


@cache
def _loader() -> type:
    import yaml

    class StrictLoader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
            known = set()
            for name, _ in node.value:
                if name.tag == MERGED:  # defaults, which may be said again
                    continue
                key = self.construct_object(name, deep=True)
                if not isinstance(key, Hashable):  # refused below
                    continue
                if key in known:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"{shown(key)} is there twice", name.start_mark
                    )
                known.add(key)
            return super().construct_mapping(node, deep)

    return StrictLoader
