"""A recipe becomes a model folder, in one go, on one process or many.

Whatever is there already is used, so that one command makes everything from nothing, and the same
command takes up what was interrupted. How a step is taken is in loop.py; what there is to learn, in a
course: the small model's own (small/course.py) or question-answer pairs (data_course.py).
"""

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors import SafetensorError

from mullama.checkpoints.store import RUN_MODEL
from mullama.errors import UsageError
from mullama.training.checkpoints import TrainingError
from mullama.training.logging import ENVIRONMENT, RunLogger, environment
from mullama.training.loop import Loop
from mullama.training.parallel import World, init_distributed, shutdown
from mullama.training.qa.task import QaTask
from mullama.training.recipe import Phase, Recipe
from mullama.training.recipe_file import load_recipe
from mullama.training.run_options import RunOptions
from mullama.training.small.task import SmallTask
from mullama.training.trainable import LossModule, Objective

RECIPE = "recipe.yaml"
"""The recipe with everything that it extends, in the run's folder."""


class Task(Protocol):
    """One run's model and what there is to learn."""

    def loss_module(self) -> LossModule:
        """The pupil, as the loop trains it."""
        ...

    def objective(self, phase: Phase) -> Objective:
        """What a phase learns."""
        ...

    def identity(self) -> str:
        """A name for what is learnt from."""
        ...

    def export(self, folder: Path) -> None:
        """Write the model as it is; all processes take part."""
        ...


@dataclass(frozen=True)
class TrainingResult:
    """What came of a run."""

    model: Path
    """The folder of the model as it is, which `mullama.load` opens."""
    finished: bool
    """Whether all phases are done."""


def run(
    recipe: Recipe | Path | str,
    out: Path | str,
    options: RunOptions | None = None,
    *,
    changes: Sequence[str] = (),
    report: Callable[[str], None] = print,
) -> TrainingResult:
    """Train what a recipe says, in the folder `out`, and export the model there.

    The model is exported as it is when `options.max_steps` ends the run earlier. Raises UsageError for
    what does not fit, TrainingError for a run that cannot go on, Stopped on SIGTERM; the run's folder
    then holds all that was done.
    """
    if not isinstance(recipe, Recipe):
        recipe = load_recipe(recipe, changes)
    options, folder = options if options is not None else RunOptions(), Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"--out {folder} cannot be a folder: {error.strerror}") from error
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    world = init_distributed(options.device if recipe.learns_from_pairs else "cpu")
    logger = RunLogger(
        folder,
        report,
        quiet=not world.is_main,
        tensorboard=options.tensorboard,
        wandb=options.wandb,
    )
    try:
        task = begin(recipe, folder, options, world, logger.say)
        _describe(recipe, folder, world)
        loop = Loop(
            recipe,
            task.loss_module(),
            folder,
            task.objective,
            logger,
            world,
            data=task.identity(),
        )
        _resume(loop, options, logger)
        with _stopping(loop):
            finished = loop.train(options.max_steps)
        _export(task, folder / RUN_MODEL)
        world.barrier()
    finally:
        shutdown()
    return TrainingResult(folder / RUN_MODEL, finished)


def begin(
    recipe: Recipe,
    folder: Path,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
) -> Task:
    """The course that a recipe asks for."""
    if recipe.learns_from_pairs:
        return QaTask(recipe, options, world, report)
    if any(phase.objective == "pairs" for phase in recipe.phases) or world.size > 1:
        raise UsageError(
            f"recipe {recipe.name}: the small model's own phases run in one process, and beside no "
            "others; teach pairs by a second recipe that starts from its model"
        )
    return SmallTask(recipe, folder, options.music_folder(folder), options.workers or 1, report)


def _export(task: Task, folder: Path) -> None:
    try:
        task.export(folder)
    except (OSError, SafetensorError) as error:
        raise TrainingError(
            f"cannot write the model to {folder} ({error}); the checkpoints are good: free some space "
            "and run the same command again"
        ) from error


def _describe(recipe: Recipe, folder: Path, world: World) -> None:
    """Leave beside the checkpoints what they were made by."""
    import yaml

    if world.is_main:
        (folder / RECIPE).write_text(yaml.safe_dump(_plain(asdict(recipe)), sort_keys=False))
        made_with = environment(world.size, str(world.device))
        (folder / ENVIRONMENT).write_text(json.dumps(made_with, indent=1) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def _resume(loop: Loop, options: RunOptions, logger: RunLogger) -> None:
    found = loop.resume()
    if found and loop.progress.phase == len(loop.recipe.phases):
        logger.say(f"all phases are done in {loop.folder}; to train anew, take another --out")
    elif found:
        logger.say(f"goes on after step {loop.progress.total}, from {loop.checkpoints.folder}")
    elif options.resume:
        raise UsageError(f"--resume: there is no checkpoint in {loop.checkpoints.folder}")


@contextmanager
def _stopping(loop: Loop) -> Iterator[None]:
    """Let SIGTERM, as schedulers send it, end the run after the step under way."""

    def stop(*_: object) -> None:
        loop.asked_to_stop = True

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not in the main thread, where nobody can be told
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
