"""A recipe and its data become a QaTask: the model opened, every clip encoded, pairs divided.

Everything slow that happens before the first step happens here.
"""

from collections.abc import Callable

from mullama.checkpoints.store import resolve
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.data.audio import UNPACKED
from mullama.errors import UsageError
from mullama.training.parallel import World
from mullama.training.qa.divide_pairs import divide
from mullama.training.qa.find_pairs import find
from mullama.training.qa.prepare_listenings import (
    placeholder_listenings,
    prepare_listenings,
    store_folder,
)
from mullama.training.qa.start_model import (
    check_phases,
    is_sharded,
    lend_values,
    open_for_training,
    wrap_model,
)
from mullama.training.qa.task import QaTask
from mullama.training.recipe import Recipe
from mullama.training.run_options import RunOptions
from mullama.training.trainable import TrainableModel


def prepare_qa_task(
    recipe: Recipe,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
    *,
    dry: bool = False,
) -> QaTask:
    """The task of a recipe whose phases all train on pairs; when `dry`, no audio is needed.

    Raises UsageError for what does not fit or is missing, before anything is encoded where it can.
    """
    if recipe.start is None:
        raise UsageError(f"recipe {recipe.name} does not say which model to start from")
    unpack_to = None if dry else store_folder(options) / UNPACKED
    sources = find(recipe, options.data, options.audio, unpack_to)
    start = resolve(recipe.start)
    model = open_for_training(start, recipe, world)
    trainable = TrainableModel(model)
    check_phases(trainable, recipe, world)
    lent_values = is_sharded(recipe, world) and lend_values(model)
    if dry:
        listenings = placeholder_listenings(model, sources)
    else:
        as_published = all(phase.as_published for phase in recipe.phases)
        listenings = prepare_listenings(
            model, sources, options, world, report, as_published=as_published
        )
    return QaTask(
        recipe=recipe,
        world=world,
        report=report,
        tokenizer=load_tokenizer(start),
        pairs=divide(listenings.sources, recipe.validation, recipe.validation_pairs),
        listenings=listenings,
        start=start,
        lent_values=lent_values,
        loss_module=wrap_model(trainable, recipe, world),
    )
