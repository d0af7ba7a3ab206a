"""The scripts of docs/, which are no package, as modules."""

import importlib
from types import ModuleType


def script(name: str) -> ModuleType:
    """A script of docs/ as a module; pytest's settings let that folder be searched."""
    return importlib.import_module(name)
