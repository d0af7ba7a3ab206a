"""A run's folder: made where it is missing, one run's alone while it lasts, and described.

    RUN/recipe.yaml, environment.json    what the run was made by
    RUN/checkpoints, log.jsonl, loss.png
    RUN/model                            the model as it is

Does not know what is trained.
"""

import json
import os
import platform
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, BinaryIO

from mullama.errors import UsageError
from mullama.jobs.atomic import told_as, write_text
from mullama.jobs.lock import Lock, take_lock
from mullama.training.parallel import World
from mullama.training.recipe import Recipe

RECIPE, ENVIRONMENT, LOCK = "recipe.yaml", "environment.json", ".lock"
"""RECIPE is the recipe with everything that it extends."""
PACKAGES = ("mullama", "torch", "transformers", "tokenizers", "safetensors", "numpy")


@contextmanager
def open_run_folder(folder: Path, world: World) -> Iterator[None]:
    """Make a run's folder, and refuse it to every other run until the end or this process's death.

    The main process decides for all. Raises UsageError for a folder that cannot be written, or that
    another run has.
    """
    with ExitStack() as held:
        refusal = ""
        if world.is_main:
            try:
                held.enter_context(_locked(folder))
            except UsageError as error:
                refusal = str(error)
        if told := world.gather(refusal)[0]:
            raise UsageError(told)
        yield


def describe_run(folder: Path, recipe: Recipe, world: World) -> None:
    """Write the recipe and the environment. Raises UsageError where the disk refuses."""
    import yaml

    write_text(folder / RECIPE, yaml.safe_dump(_plain(asdict(recipe)), sort_keys=False))
    made_with = environment(world.size, str(world.device))
    write_text(folder / ENVIRONMENT, json.dumps(made_with, indent=1) + "\n")


def environment(world_size: int, device: str) -> dict[str, Any]:
    """What a run is made with."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "unknown"
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "packages": found,
        "processes": world_size,
        "device": device,
    }


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    with told_as(folder, UsageError):
        folder.mkdir(parents=True, exist_ok=True)
        # Not the folder itself: NFS has no locks for folders.
        file = (folder / LOCK).open("a+b")
    with file:
        with told_as(folder, UsageError):
            lock = take_lock(file.fileno())
        if lock is Lock.THEIRS:
            raise UsageError(
                f"{folder} is being trained by {_holder(file)}: wait for it, or choose another --out"
            )
        with told_as(folder, UsageError):
            file.truncate(0)
            file.write(f"process {os.getpid()} on {platform.node()}".encode())
            file.flush()
        yield


def _holder(file: BinaryIO) -> str:
    file.seek(0)
    said = file.read(100).decode(errors="replace")
    return said if said and said.isprintable() else "another process"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value
