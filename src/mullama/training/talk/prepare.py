"""A recipe that talks about the studio's music becomes a QaTask: pairs about Listenings that were heard once.

Everything slow that happens before the first step happens here, and each part of it is kept in the run's
folder: music, Listenings, the facts heard in them, and what the language model says itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jaxtyping import Float
from torch import Tensor

from mullama.checkpoints.store import open_encoder
from mullama.checkpoints.tokenizer import load_tokenizer
from mullama.errors import UsageError
from mullama.listen.encoders.filterbank import FilterbankEncoder
from mullama.song import load
from mullama.studio.corpus import load_or_render
from mullama.training.parallel import World
from mullama.training.qa.divide_pairs import divide
from mullama.training.qa.find_pairs import PairSet
from mullama.training.qa.listenings import Names
from mullama.training.qa.prepare_listenings import PreparedListenings
from mullama.training.qa.start_model import check_phases, open_for_training, wrap_model
from mullama.training.qa.task import QaTask
from mullama.training.recipe import Recipe, Talk
from mullama.training.run_options import RunOptions
from mullama.training.small.features import FeatureSet, compute_features
from mullama.training.talk.conversations import ListeningNames, conversations
from mullama.training.talk.facts import read_facts
from mullama.training.talk.own_answers import LOG, own_answers
from mullama.training.talk.start import start_of


@dataclass(frozen=True)
class TalkListenings:
    """Listenings by the names that pairs call them by."""

    listenings: Float[Tensor, "clip states features"]
    names: ListeningNames

    def __call__(self, names: Names) -> Float[Tensor, "clip states features"]:
        """Those of a step; every pair is about one."""
        return self.listenings[[self.names.place(str(name)) for name in names]].float()


def prepare_talk_task(
    recipe: Recipe,
    folder: Path,
    options: RunOptions,
    world: World,
    report: Callable[[str], None],
) -> QaTask:
    """The task of a recipe with `talk`. Raises UsageError for what does not fit or is missing."""
    talk = _checked(recipe, world)
    start = start_of(recipe, folder, report)
    features = _features(recipe, talk, start.folder, folder, options, report)
    teacher = partial(load, talk.teacher, device="cpu")
    truths = read_facts(teacher, features.listenings, features.truths, folder, report)
    names = ListeningNames(len(truths) // talk.variants)
    pairs = conversations(truths, names, talk.pairs, recipe.seed)
    sources = [PairSet(folder / "conversations", 1.0, tuple(pairs), {})]
    if talk.own_answers:
        speaker = partial(load, start.folder, device="cpu", base=start.base)
        said = own_answers(speaker, truths, names, talk.own_answers, recipe.seed, folder)
        report(f"{len(said)} of {talk.own_answers} of its own answers are kept")
        sources.append(PairSet(folder / LOG, talk.own_answer_weight, tuple(said), {}))
    model = open_for_training(start.folder, recipe, world, start.base)
    check_phases(model, recipe, world)
    listen = TalkListenings(features.listenings, names)
    return QaTask(
        recipe=recipe,
        world=world,
        report=report,
        tokenizer=load_tokenizer(start.folder),
        pairs=divide(sources, recipe.validation, recipe.validation_pairs),
        listenings=PreparedListenings(sources, listen, listen),
        lent_values=False,
        start=start.folder,
        loss_module=wrap_model(model, recipe, world),
    )


def _checked(recipe: Recipe, world: World) -> Talk:
    if recipe.talk is None or recipe.data:
        raise UsageError(f"recipe {recipe.name}: talk goes without other data")
    if world.size > 1:
        raise UsageError(f"recipe {recipe.name}: talk is trained in one process")
    return recipe.talk


def _features(
    recipe: Recipe,
    talk: Talk,
    start: Path,
    folder: Path,
    options: RunOptions,
    report: Callable[[str], None],
) -> FeatureSet:
    music = load_or_render(
        recipe.split(talk.split),
        options.music_folder(folder),
        workers=options.workers or 1,
        report=report,
    )
    encoder = open_encoder(start, device="cpu")
    if not isinstance(encoder, FilterbankEncoder):
        raise UsageError(
            f"recipe {recipe.name}: talk needs the small model's encoder, which listens to spectra"
        )
    report(f"Listenings of {len(music)} clips, {talk.variants} variants of each")
    return compute_features(encoder, music, talk.variants, recipe.seed, folder)
