"""A recipe becomes a model folder, in one go, on one process or many.

Whatever is there already is used, so that one command makes everything from nothing, and the same
command resumes what was interrupted. How a step is taken stands in loop.py; what there is to train
on, in a task: the small model's own (small/) or question-answer pairs (qa/).
"""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch

from mullama.checkpoints.store import RUN_MODEL
from mullama.errors import UsageError
from mullama.training.boards import Board, open_tensorboard, open_wandb
from mullama.training.logging import RunLogger
from mullama.training.loop import Loop
from mullama.training.parallel import World, init_distributed, shutdown
from mullama.training.precision import slowed
from mullama.training.qa.prepare import prepare_qa_task
from mullama.training.recipe import Recipe
from mullama.training.recipe_file import load_recipe
from mullama.training.run_folder import describe_run, open_run_folder
from mullama.training.run_options import RunOptions
from mullama.training.small.task import prepare_small_task
from mullama.training.talk.prepare import prepare_talk_task
from mullama.training.task import Task

SLOWED = 2.0
"""So many times as long may products take in a recipe's precision as in float32, before a run says so."""


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
    if recipe.threads:
        torch.set_num_threads(recipe.threads)
    world = init_distributed(options.device if recipe.learns_from_pairs else "cpu")
    try:
        with open_run_folder(folder, world):
            finished = _train(recipe, folder, options, world, report)
    finally:
        shutdown()
    return TrainingResult(folder / RUN_MODEL, finished)


def prepare_task(
    recipe: Recipe,
    folder: Path,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
) -> Task:
    """The task that a recipe asks for, with its model and data in memory."""
    if recipe.talk is not None:
        return prepare_talk_task(recipe, folder, options, world, report)
    if recipe.learns_from_pairs:
        return prepare_qa_task(recipe, options, world, report)
    if any(phase.objective == "pairs" for phase in recipe.phases) or world.size > 1:
        raise UsageError(
            f"recipe {recipe.name}: the small model's own phases run in one process, and beside no "
            "others; train on pairs by a second recipe that starts from its model"
        )
    return prepare_small_task(recipe, folder, options, report)


def _train(
    recipe: Recipe,
    folder: Path,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
) -> bool:
    """Train and export; whether all phases are done."""
    logger = RunLogger(
        folder, report, quiet=not world.is_main, boards=_boards(folder, options, world)
    )
    if (times := slowed(world.device, recipe.precision)) > SLOWED:
        logger.say(
            f"{recipe.precision} takes this CPU {times:.0f} times as long as float32: "
            "`--set precision=float32` is quicker"
        )
    task = prepare_task(recipe, folder, options, world, logger.say)
    loop = Loop(
        recipe, task.loss_module, folder, task.objective, logger, world, data=task.identity()
    )
    _resume(loop, options, logger)
    if world.is_main:  # not before: a run that is refused stays as it is
        describe_run(folder, recipe, world)
    with _stopping_on_sigterm(loop):
        finished = loop.train(options.max_steps)
    task.export(folder / RUN_MODEL)
    world.barrier()
    return finished


def _boards(folder: Path, options: RunOptions, world: World) -> list[Board]:
    if not world.is_main:
        return []
    boards = [open_tensorboard(folder)] if options.tensorboard else []
    return [*boards, open_wandb(options.wandb, folder)] if options.wandb else boards


def _resume(loop: Loop, options: RunOptions, logger: RunLogger) -> None:
    found = loop.resume()
    if found and loop.progress.phase == len(loop.recipe.phases):
        logger.say(f"all phases are done in {loop.folder}; to train anew, choose another --out")
    elif found:
        logger.say(f"resumes after step {loop.progress.total}, from {loop.checkpoints.folder}")
    elif options.resume:
        raise UsageError(f"--resume: there is no checkpoint in {loop.checkpoints.folder}")


@contextmanager
def _stopping_on_sigterm(loop: Loop) -> Iterator[None]:
    """Let SIGTERM, as schedulers send it, end the run after the step under way."""
    try:
        before = signal.signal(signal.SIGTERM, lambda *_: loop.stop())
    except ValueError:  # only the main thread gets signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
